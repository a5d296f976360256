"use strict";

// Replaces a package that the bundle leaves out (bundle.cjs says which and why). It can be imported and read, and fails
// as soon as it is called, constructed or changed.
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
