"use strict";

// node adapt-provider.cjs STACK_FOLDER
// A mirror may have another version of the AWS provider than the stack asks for. The test alone, never the product,
// takes that one then.

const fs = require("node:fs");
const path = require("node:path");

const mirror = process.env.TEST_PROVIDER_MIRROR;
const file = path.join(process.argv[2], "cdk.tf.json");
const stack = JSON.parse(fs.readFileSync(file, "utf8"));
const versions = mirror ? fs.readdirSync(path.join(mirror, "registry.terraform.io/hashicorp/aws")) : [];
const { aws } = stack.terraform.required_providers;
if (versions.length > 0 && !versions.includes(aws.version)) {
  aws.version = versions[0];
  fs.writeFileSync(file, JSON.stringify(stack, null, 2));
}
