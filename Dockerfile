# The daemon with its production dependencies. `docker build --tag exsync .`; see docs/operations.md.

FROM node:24-bookworm AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY sandbox ./sandbox
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="exchange-crm-sync" \
      org.opencontainers.image.description="Keeps contacts in step between Microsoft Exchange and a CRM" \
      org.opencontainers.image.licenses="MIT"
# A number that no host account has; the folder is what a new volume takes its owner from.
RUN groupadd --gid 10777 exsync \
 && useradd --uid 10777 --gid exsync --home-dir /data --no-create-home --shell /usr/sbin/nologin exsync \
 && install --directory --owner=exsync --group=exsync --mode=0700 /data
WORKDIR /opt/exsync
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json ./
COPY config ./config
ENV NODE_ENV=production \
    EXSYNC_DATABASE_URL=sqlite:/data/exsync.db \
    EXSYNC_SECRET_KEY_FILE=/data/exsync.key \
    EXSYNC_HTTP_HOST=0.0.0.0 \
    EXSYNC_LOG_FORMAT=json
USER 10777:10777
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.EXSYNC_HTTP_PORT || 8080}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/exsync/dist/src/main.js"]
CMD ["start"]
