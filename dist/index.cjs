import("./bundle/action/main.js").then(({ build }) => build());
