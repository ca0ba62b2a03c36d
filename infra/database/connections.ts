/** What one server pod takes at most: its pool, and the connection on which it listens. */
const perServer = 11;
/** Above the replicas: the new pod of a rollout, one that ends, and the set-up job. */
const moreServers = 3;
/** For backups, the keeper, people, and what PostgreSQL keeps for the superuser. */
const reserve = 20;

/** The connections that so many replicas of the server need at most. */
export const connectionsFor = (replicas: number): number => (replicas + moreServers) * perServer + reserve;
