// What a reader of the page's scripts may rely on: nothing undefined, unused or shadowed, short files and functions.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["assets/bundles/**", "assets/plotly*.js"] },
  js.configs.recommended,
  {
    files: ["assets/**/*.js"],
    languageOptions: { ecmaVersion: "latest", sourceType: "module", globals: globals.browser },
    rules: {
      "max-lines": ["error", 200],
      "max-lines-per-function": ["error", 60],
      "no-shadow": "error",
      "no-unused-vars": ["error", { args: "after-used", caughtErrors: "none" }],
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
    },
  },
  { files: ["assets/build.js"], languageOptions: { globals: globals.node } },
];
