"use strict";

// Stands for a package that the bundle leaves out (bundle.cjs says which and why), and fails as soon as one is used.
const fail = () => {
  throw new Error(
    "This needs a package that scripts/bundle.cjs leaves out of the bundle. Remove it from LEFT_OUT there.",
  );
};

// What importing alone looks at, so that it doesn't fail yet.
const HARMLESS = new Set(["__esModule", "default", "prototype"]);

module.exports = new Proxy(function leftOut() {}, {
  get: (target, key) => (HARMLESS.has(key) || typeof key === "symbol" ? target[key] : fail()),
  set: fail,
  apply: fail,
  construct: fail,
});
