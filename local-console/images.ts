/**
 * ENTRYPOINT followed by CMD of a well-known image, whatever its tag: overriding the entry point makes
 * Docker ignore the image's CMD, too. Undefined for an image that isn't in the table; the real Console
 * looks in its scan results and the registry.
 */
export function entrypointOf(image: string): readonly string[] | undefined {
  const name = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const official = OFFICIAL.exec(name)?.groups?.name;
  return STARTS_WITH.get(official ?? name);
}

// Docker Hub's official images and their copies: `docker/library/` and `nginx/nginx` in the public ECR.
const OFFICIAL =
  /^(?:(?:(?:index\.)?docker\.io\/)?(?:library\/)?|public\.ecr\.aws\/docker\/library\/|public\.ecr\.aws\/(?=([a-z]+)\/\1$)[a-z]+\/)(?<name>[a-z]+)$/;

const STARTS_WITH: ReadonlyMap<string, readonly string[]> = new Map([
  ["alpine", ["/bin/sh"]],
  ["amazonlinux", ["/bin/bash"]],
  ["busybox", ["sh"]],
  ["debian", ["bash"]],
  ["httpd", ["httpd-foreground"]],
  ["mariadb", ["docker-entrypoint.sh", "mariadbd"]],
  ["memcached", ["docker-entrypoint.sh", "memcached"]],
  ["mongo", ["docker-entrypoint.sh", "mongod"]],
  ["mysql", ["docker-entrypoint.sh", "mysqld"]],
  ["nginx", ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]],
  ["node", ["docker-entrypoint.sh", "node"]],
  ["postgres", ["docker-entrypoint.sh", "postgres"]],
  ["python", ["python3"]],
  ["rabbitmq", ["docker-entrypoint.sh", "rabbitmq-server"]],
  ["redis", ["docker-entrypoint.sh", "redis-server"]],
  ["traefik", ["/entrypoint.sh", "traefik"]],
  ["ubuntu", ["/bin/bash"]],
  ["kibana", ["/bin/tini", "--", "/usr/local/bin/kibana-docker"]],
  ["docker.elastic.co/kibana/kibana", ["/bin/tini", "--", "/usr/local/bin/kibana-docker"]],
]);
