/** What one server pod takes at most: its pool, the connection on which it listens, and the one of its readiness. */
const perServer = 12;
/** Above the replicas: the new pod of a rollout, one that ends, and the set-up job. */
const moreServers = 3;
/** For backups, the keeper, people, and what PostgreSQL keeps for the superuser. */
const reserve = 20;

/** The connections that so many replicas of the server need at most. */
export const connectionsFor = (replicas: number): number => (replicas + moreServers) * perServer + reserve;
