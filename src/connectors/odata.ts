/** A string literal of OData's: single quotes, doubled inside (OData 4.01 URL conventions, section 5.1.1.6.2). */
export const odataString = (value: string) => `'${value.replaceAll("'", "''")}'`
