// The tables of cases that pytest reads too (tests/test_shared_cases.py).

import { readFileSync } from "node:fs";

/** @param {string} name */
export const cases = (name) => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), "utf8"));
