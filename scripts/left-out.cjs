"use strict";

// Stands for a package that the bundle leaves out (bundle.cjs says which and why). It can be looked at, as importing it
// does, and fails as soon as it is used.
const fail = () => {
  throw new Error(
    "This needs a package that scripts/bundle.cjs leaves out of the bundle. Remove it from LEFT_OUT there.",
  );
};

const OWN = new Set(["__esModule", "prototype"]);

const leftOut = new Proxy(function leftOut() {}, {
  get: (target, key) => (OWN.has(key) || typeof key === "symbol" ? target[key] : leftOut),
  set: fail,
  apply: fail,
  construct: fail,
});

module.exports = leftOut;
