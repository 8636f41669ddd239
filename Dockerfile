# syntax=docker/dockerfile:1
# Two stages: the first compiles, the second holds production dependencies, the compiled code and the gallery.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.ts scripts/
COPY src src
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc LICENSE ./
# Optional packages are Node itself for development machines; the image brings its own. No install script is needed.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY --from=build /app/dist dist
COPY config/gallery config/gallery
RUN mkdir -p /data && chown node:node /data && chmod 700 /data
USER node
# The store: links, watermark and held changes. Lose it, and every account has to be matched again.
VOLUME ["/data"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["daemon", "--config", "/config"]
