import { entrypointOf } from "../../local-console/images";

const NGINX = ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"];

test.each([
  ["nginx", NGINX],
  ["nginx:1.27-alpine", NGINX],
  [`nginx@sha256:${"0".repeat(64)}`, NGINX],
  [`nginx:1.27@sha256:${"0".repeat(64)}`, NGINX],
  ["library/nginx", NGINX],
  ["docker.io/nginx", NGINX],
  ["docker.io/library/nginx:latest", NGINX],
  ["index.docker.io/library/nginx:latest", NGINX],
  ["public.ecr.aws/docker/library/nginx:stable", NGINX],
  ["public.ecr.aws/nginx/nginx:latest", NGINX],
  ["public.ecr.aws/amazonlinux/amazonlinux:2023", ["/bin/bash"]],
  ["httpd:2.4", ["httpd-foreground"]],
  ["redis:7", ["docker-entrypoint.sh", "redis-server"]],
  ["postgres:16", ["docker-entrypoint.sh", "postgres"]],
  ["python:3.12-slim", ["python3"]],
  ["node:20", ["docker-entrypoint.sh", "node"]],
  ["alpine", ["/bin/sh"]],
  ["busybox", ["sh"]],
  ["docker.elastic.co/kibana/kibana:8.13.0", ["/bin/tini", "--", "/usr/local/bin/kibana-docker"]],
])("%s starts with its ENTRYPOINT and CMD", (image, words) => {
  expect(entrypointOf(image)).toEqual(words);
});

test.each([
  "my-app:latest",
  "bitnami/nginx",
  "public.ecr.aws/bitnami/nginx",
  "111122223333.dkr.ecr.eu-west-1.amazonaws.com/nginx:1",
  "localhost:5000/nginx",
  "nginx/nginx",
  "constructor",
  "",
])("%p is not a well-known image", (image) => {
  expect(entrypointOf(image)).toBeUndefined();
});
