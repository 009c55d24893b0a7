/** The annotation in which the address of an alert's expression is kept; rules cannot set it: `__` is Prometheus' own. */
export const generatorAnnotation = "__generator_url__"
