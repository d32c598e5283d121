# Two images from one file, both run without root:
#   docker build --target orchestrator .   the API, the pages, and every command that needs no device
#   docker build --target worker .         the same with adb, for simulated handsets and for real ones over adb

FROM node:20.19.0-bookworm-slim AS code
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY tsconfig.json ./
COPY profiles profiles
COPY orchestrator orchestrator
COPY workers workers
COPY cli cli

FROM node:20.19.0-bookworm-slim AS orchestrator
WORKDIR /app
COPY --from=code /app /app
ENV NODE_ENV=production SLEEPTALK_HOME=/home/node/sleeptalk
RUN install --directory --owner=node --group=node /home/node/sleeptalk /home/node/sleeptalk/files
USER node
VOLUME /home/node/sleeptalk
EXPOSE 8080
ENTRYPOINT ["node", "/app/cli/bin/sleeptalk.mjs"]
CMD ["serve", "--listen", "0.0.0.0:8080"]

FROM node:20.19.0-bookworm-slim AS worker
RUN apt-get update \
  && apt-get install --yes --no-install-recommends adb \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=code /app /app
ENV NODE_ENV=production SLEEPTALK_HOME=/home/node/sleeptalk
# Appium keeps the list of its drivers in node_modules/.cache of the package that it runs from.
RUN install --directory --owner=node --group=node \
  /home/node/sleeptalk /home/node/sleeptalk/files /app/node_modules/.cache
USER node
VOLUME /home/node/sleeptalk
ENTRYPOINT ["node", "/app/cli/bin/sleeptalk.mjs"]
CMD ["worker"]
