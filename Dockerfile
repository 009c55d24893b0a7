# The control plane: api, worker, migrate, and for development the simulator. TypeScript runs as it is; there is no build.
FROM node:24.21.0-alpine AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without development, and without the Node that the lockfile brings for machines that have another; no package may run a script.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-alpine
# Libraries look at it: no stack traces, no development warnings.
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY src src
# The one folder in which it may write, where a volume is put over it: a new volume takes the rights of what it covers.
RUN mkdir -p .data/run && chown node:node .data/run
# The image's own user without rights; all files belong to root, so the process cannot change them.
USER node
# Everything listens on 127.0.0.1 by default, which in a container nobody reaches.
ENV API_HOST=0.0.0.0
EXPOSE 8000
# Ready, not only alive: it has its database. Busybox' client costs a thirtieth of starting Node for each question.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --start-interval=1s \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/api/v1/health/ready"]
CMD ["node", "src/main.ts", "api"]
