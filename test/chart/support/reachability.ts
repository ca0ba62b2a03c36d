// Who may talk to whom, as the NetworkPolicies of Kubernetes say it. A pure function, since the check must hold
// where no policy engine runs.
import { BlockList, isIP } from "node:net";

export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly PolicyPort[];
}

export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

export interface Port {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  readonly name?: string;
}

export interface Pod {
  /** What it is called in the table. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly listens: readonly Port[];
}

/** Somebody outside the cluster. */
export interface Outsider {
  readonly name: string;
  readonly address: string;
  readonly listens: readonly Port[];
}

export type Party = Pod | Outsider;

export interface Cluster {
  readonly parties: readonly Party[];
  readonly policies: readonly Policy[];
}

/** Every connection that is allowed, as `edge → server 8080/TCP`, in alphabetical order. */
export function reachable({ parties, policies }: Cluster): string[] {
  const pairs = parties.flatMap((from) =>
    parties.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  return pairs
    .filter(([from, to]) => isPod(from) || isPod(to))
    .flatMap(([from, to]) =>
      to.listens
        .filter((port) => mayLeave(from, to, port, policies) && mayEnter(from, to, port, policies))
        .map(({ port, protocol }) => `${from.name} → ${to.name} ${port}/${protocol}`),
    )
    .sort();
}

const isPod = (party: Party): party is Pod => "labels" in party;

function mayLeave(from: Party, to: Party, port: Port, policies: readonly Policy[]): boolean {
  const deciding = policiesOf(from, policies).filter((policy) => directions(policy).includes("Egress"));
  if (deciding.length === 0) return true;
  return deciding.some(({ metadata, spec }) =>
    spec.egress?.some((rule) => allows(rule.to, to, rule.ports, port, metadata.namespace)),
  );
}

function mayEnter(from: Party, to: Party, port: Port, policies: readonly Policy[]): boolean {
  const deciding = policiesOf(to, policies).filter((policy) => directions(policy).includes("Ingress"));
  if (deciding.length === 0) return true;
  return deciding.some(({ metadata, spec }) =>
    spec.ingress?.some((rule) => allows(rule.from, from, rule.ports, port, metadata.namespace)),
  );
}

/** The policies of a pod's namespace that select it. Nothing is decided for who is outside. */
const policiesOf = (party: Party, policies: readonly Policy[]): Policy[] =>
  isPod(party)
    ? policies.filter(
        ({ metadata, spec }) =>
          metadata.namespace === party.namespace && selects(spec.podSelector, party.labels),
      )
    : [];

/** Without policyTypes a policy is about Ingress, and about Egress where it has egress rules. */
const directions = ({ spec }: Policy): readonly string[] =>
  spec.policyTypes ?? ["Ingress", ...(spec.egress === undefined ? [] : ["Egress"])];

function allows(
  peers: readonly Peer[] | undefined,
  party: Party,
  ports: readonly PolicyPort[] | undefined,
  port: Port,
  namespace: string | undefined,
): boolean {
  const isPeer = !peers?.length || peers.some((peer) => matches(peer, party, namespace));
  const isOpen = !ports?.length || ports.some((allowed) => isPort(allowed, port));
  return isPeer && isOpen;
}

function matches(peer: Peer, party: Party, namespace: string | undefined): boolean {
  if (peer.ipBlock !== undefined) return !isPod(party) && inBlock(peer.ipBlock, party.address);
  if (!isPod(party)) return false;
  const inNamespace =
    peer.namespaceSelector === undefined
      ? party.namespace === namespace
      : selects(peer.namespaceSelector, { "kubernetes.io/metadata.name": party.namespace });
  return inNamespace && selects(peer.podSelector ?? {}, party.labels);
}

function inBlock({ cidr, except = [] }: NonNullable<Peer["ipBlock"]>, address: string): boolean {
  return within(cidr, address) && !except.some((hole) => within(hole, address));
}

function within(cidr: string, address: string): boolean {
  const [network = "", prefix] = cidr.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function isPort({ protocol = "TCP", port, endPort }: PolicyPort, wanted: Port): boolean {
  if (protocol !== wanted.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "string") return port === wanted.name;
  return wanted.port >= port && wanted.port <= (endPort ?? port);
}

/** An empty selector selects everything. */
function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return equal && matchExpressions.every((expression) => holds(expression, labels[expression.key]));
}

type Expression = NonNullable<Selector["matchExpressions"]>[number];

function holds({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      throw new Error(`no such operator: ${operator}`);
  }
}
