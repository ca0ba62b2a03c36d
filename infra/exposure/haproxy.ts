export interface ProxySettings {
  /** Host and port of the server inside the cluster. */
  readonly backend: string;
  readonly tlsPort: number;
  readonly healthPort: number;
}

/** How long a request may take, a long poll included. */
const longestRequest = "5m";
/** How long a quiet websocket stays open. */
const longestSilence = "1h";
/** Open connections, most of them quiet websockets. With so many the proxy takes some 180 MB. */
const mostClients = 4000;
/** Probes are answered when clients have all of theirs: a pod that is only full must not be killed. */
const roomForProbes = 100;

/**
 * The proxy's configuration. Log lines tell no client address and no query string. A connection to the server
 * is made for each request, since a kept one can be closed by a pod that goes away just when it is used again.
 * It does not check the server's health: the Service knows which pods are ready, and a request that finds none waits
 * a few seconds for one, where a check that lags behind would refuse it although the server is back.
 * A proxy that stops closes quiet connections of clients only with their next answer, for the same reason.
 */
export function haproxyConfig({ backend, tlsPort, healthPort }: ProxySettings): string {
  const mozillaIntermediate = [
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
  ].join(":");
  return `global
  log stdout format raw local0 info
  maxconn ${mostClients + roomForProbes}
  hard-stop-after 30s
  ssl-load-extra-del-ext
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
  ssl-default-bind-ciphers ${mozillaIntermediate}

defaults
  mode http
  log global
  option dontlognull
  option http-server-close
  option idle-close-on-response
  option redispatch
  retries 5
  retry-on conn-failure
  timeout connect 2s
  timeout queue 10s
  timeout http-request 10s
  timeout http-keep-alive 60s
  timeout client ${longestRequest}
  timeout server ${longestRequest}
  timeout tunnel ${longestSilence}
  timeout client-fin 30s

frontend clients
  bind :${tlsPort} ssl crt /etc/edge/tls/tls.crt alpn h2,http/1.1
  maxconn ${mostClients}
  http-request set-var(txn.path) path
  log-format "status=%ST method=%HM path=%[var(txn.path),json(utf8s)] bytes=%B ms=%Ta end=%ts"
  http-request set-header X-Forwarded-Proto https
  http-request del-header X-Forwarded-For
  default_backend server

frontend health
  bind :${healthPort}
  no log
  monitor-uri /healthz

backend server
  server server ${backend}
`;
}
