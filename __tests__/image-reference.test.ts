import { parseReference, pinnedTo } from "../lib/image-reference";

const DIGEST = `sha256:${"0a".repeat(32)}`;

test.each([
  ["nginx", "docker.io", "library/nginx", "latest", undefined],
  ["nginx:1.27", "docker.io", "library/nginx", "1.27", undefined],
  ["grafana/grafana", "docker.io", "grafana/grafana", "latest", undefined],
  ["docker.io/nginx", "docker.io", "library/nginx", "latest", undefined],
  ["docker.io/library/nginx", "docker.io", "library/nginx", "latest", undefined],
  ["index.docker.io/library/nginx:1", "docker.io", "library/nginx", "1", undefined],
  ["public.ecr.aws/docker/library/nginx:1", "public.ecr.aws", "docker/library/nginx", "1", undefined],
  ["ghcr.io/owner/app/web:v1.2.3", "ghcr.io", "owner/app/web", "v1.2.3", undefined],
  [
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:2",
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
    "shop",
    "2",
    undefined,
  ],
  [
    "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/shop",
    "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn",
    "shop",
    "latest",
    undefined,
  ],
  ["host:5000/shop", "host:5000", "shop", "latest", undefined],
  ["host:5000/shop:1", "host:5000", "shop", "1", undefined],
  ["localhost/shop", "localhost", "shop", "latest", undefined],
  ["HOST/shop", "HOST", "shop", "latest", undefined],
  ["[::1]:5000/shop/web", "[::1]:5000", "shop/web", "latest", undefined],
  [`nginx@${DIGEST}`, "docker.io", "library/nginx", undefined, DIGEST],
  [`ghcr.io/owner/web:1.0@${DIGEST}`, "ghcr.io", "owner/web", "1.0", DIGEST],
  ["a__b-c--d/x.y", "docker.io", "a__b-c--d/x.y", "latest", undefined],
])("%s is registry %s, repository %s, tag %s, digest %s", (text, registry, repository, tag, digest) => {
  expect(parseReference(text)).toEqual({ text, registry, repository, tag, digest });
});

test.each([
  "",
  " nginx",
  "nginx ",
  "Nginx",
  "nginx:",
  "nginx:-1",
  `nginx:${"1".repeat(129)}`,
  "nginx@sha256:abc",
  `nginx@${DIGEST.toUpperCase()}`,
  "/nginx",
  "nginx/",
  "a//b",
  "https://registry.example.com/shop",
  "user:password@host/shop",
  "host:port/shop",
  "host:65536/shop",
  "10.0.0.256/shop",
  "[::1:2:]:5000/shop",
  "-host.example.com/shop",
  "shop/-web",
  "shop/web_",
  "shop/we...b",
  "f".repeat(64),
  `host.example.com/${"a".repeat(256)}`,
  "\u0024{image}",
  "host/../shop",
  "nginx?x=1",
  "nginx#1",
  "nginx%2f",
])("%p is not an image's name", (text) => {
  expect(parseReference(text)).toBeUndefined();
});

test.each([
  ["nginx", `nginx@${DIGEST}`],
  ["host:5000/shop:1", `host:5000/shop@${DIGEST}`],
  [`nginx:1@${DIGEST}`, `nginx:1@${DIGEST}`],
])("%s is pinned as %s", (text, pinned) => {
  const reference = parseReference(text);
  expect(reference && pinnedTo(reference, DIGEST)).toBe(pinned);
});
