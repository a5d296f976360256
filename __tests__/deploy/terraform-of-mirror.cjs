#!/usr/bin/env node
"use strict";

// Terraform, for a mirror that has another version of the AWS provider than the stack asks for: this test alone, never
// the product, takes that one then.

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const file = "cdk.tf.json";
const mirror = process.env.TEST_PROVIDER_MIRROR;
const versions = mirror ? fs.readdirSync(path.join(mirror, "registry.terraform.io/hashicorp/aws")) : [];
if (versions.length > 0 && fs.existsSync(file)) {
  const stack = JSON.parse(fs.readFileSync(file, "utf8"));
  const { aws } = stack.terraform.required_providers;
  if (!versions.includes(aws.version)) {
    aws.version = versions[0];
    fs.writeFileSync(file, JSON.stringify(stack, null, 2));
  }
}
const env = { ...process.env, PATH: process.env.TEST_PATH };
const { status } = spawnSync("terraform", process.argv.slice(2), { env, stdio: "inherit" });
process.exitCode = status ?? 1;
