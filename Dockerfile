# The command line with the simulated handset: Node, adb and this checkout, run without root.
FROM node:20.19.0-bookworm-slim

RUN apt-get update \
  && apt-get install --yes --no-install-recommends adb \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

COPY tsconfig.json ./
COPY profiles profiles
COPY orchestrator orchestrator
COPY workers workers
COPY cli cli

ENV NODE_ENV=production SLEEPTALK_HOME=/home/node/sleeptalk
# Appium keeps the list of its drivers in node_modules/.cache of the package that it runs from.
RUN install --directory --owner=node --group=node /home/node/sleeptalk /app/node_modules/.cache
USER node
VOLUME /home/node/sleeptalk

ENTRYPOINT ["node", "/app/cli/bin/sleeptalk.mjs"]
CMD ["--help"]
