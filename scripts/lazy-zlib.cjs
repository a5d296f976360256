"use strict";

// Replaces zlib in axios: Node's own is loaded only with the first compressed answer. The numbers are Node's.
exports.constants = { Z_SYNC_FLUSH: 2, BROTLI_OPERATION_FLUSH: 1 };
exports.createUnzip = (options) => require("node:zlib").createUnzip(options);
exports.createBrotliDecompress = (options) => require("node:zlib").createBrotliDecompress(options);
