import("./bundle/action/main.js").then(({ post }) => post());
