import { liveQuery } from "dexie";
import { createReplica } from "./cloud.ts";

/** Other applications may write here too, and leave out what they do not know. */
interface Item {
  readonly id: string;
  readonly title?: string;
  readonly done?: boolean;
  readonly created?: Date;
}

const db = createReplica("to-do", `${location.origin}/zdemo`, { items: "@id" });
const items = db.table<Item, string>("items");

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found;
}

/** What the badge says: where the list stands, in one word or two. */
function stateOf(phase: string, socket: string): string {
  if (phase === "error" || phase === "offline" || socket === "error") return "offline";
  if (phase === "pushing" || phase === "pulling") return "syncing";
  if (phase !== "in-sync") return "connecting";
  // Not for want of a server: the addon lets its socket go when nobody has touched the page for minutes.
  if (socket === "disconnected") return "paused";
  return socket === "connected" ? "in sync" : "connecting";
}

function showState(): void {
  const badge = element("state");
  const { syncState, webSocketStatus, currentUser } = db.cloud;
  const state = currentUser.value.isLoggedIn
    ? stateOf(syncState.value.phase, webSocketStatus.value)
    : "logged out";
  badge.textContent = state;
  badge.dataset["state"] = state;
}

function showUser(): void {
  const { isLoggedIn, userId } = db.cloud.currentUser.value;
  element("welcome").hidden = isLoggedIn === true;
  element("board").hidden = isLoggedIn !== true;
  element("user").textContent = userId ?? "";
  showState();
}

const isDone = ({ done }: Item): boolean => done === true;
const writtenAt = ({ created }: Item): number => (created instanceof Date ? created.getTime() : 0);

function line(item: Item): HTMLLIElement {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = isDone(item);
  box.addEventListener("change", () => void items.update(item.id, { done: box.checked }));

  const label = document.createElement("label");
  label.append(box, item.title ?? "");

  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet";
  remove.textContent = "✕";
  remove.setAttribute("aria-label", `Delete ${item.title ?? ""}`);
  remove.addEventListener("click", () => void items.delete(item.id));

  const entry = document.createElement("li");
  entry.classList.toggle("done", isDone(item));
  entry.append(label, remove);
  return entry;
}

function showItems(all: readonly Item[]): void {
  const sorted = all.toSorted((a, b) => Number(isDone(a)) - Number(isDone(b)) || writtenAt(a) - writtenAt(b));
  element("list").replaceChildren(...sorted.map(line));
  element("empty").hidden = all.length > 0;
}

const firstSyncFailed = (): boolean =>
  ["error", "offline"].includes(db.cloud.syncState.value.phase) &&
  db.cloud.persistedSyncState.value?.serverRevision === undefined;

/** The addon tries its first sync once for each opening of the database, and lets a login wait for it without end. */
async function repeatFirstSync(): Promise<void> {
  db.close({ disableAutoOpen: false });
  await db.open();
  if (firstSyncFailed()) throw new Error("the server does not answer");
}

async function logIn(email: string): Promise<void> {
  const problem = element("problem");
  problem.textContent = "";
  try {
    if (firstSyncFailed()) await repeatFirstSync();
    await db.cloud.login({ grant_type: "demo", email });
  } catch (error) {
    problem.textContent = `Login failed: ${(error as Error).message}`;
  }
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = element("title") as HTMLInputElement;
  const title = field.value.trim();
  if (title) void items.add({ title, done: false, created: new Date() } as Item);
  field.value = "";
});

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-login]"))
  button.addEventListener("click", () => void logIn(button.dataset["login"] ?? ""));

async function logOut(): Promise<void> {
  try {
    await db.cloud.logout({ force: false });
  } catch (error) {
    // The person stays, or the sync that follows a logout failed: the next login says so.
    console.info(error);
  }
}

element("logout").addEventListener("click", () => void logOut());

// The addon asks by this channel: no password, as demo users need none.
db.cloud.userInteraction.subscribe((interaction) => {
  if (interaction?.type === "message-alert") interaction.onSubmit({});
  if (interaction?.type !== "logout-confirmation") return;
  const isSure = confirm("The server does not have all that you wrote yet. Log out and lose it?");
  if (isSure) interaction.onSubmit({});
  else interaction.onCancel();
});
// Before it is open nobody knows who is logged in.
await db.open();
db.cloud.currentUser.subscribe(showUser);
db.cloud.syncState.subscribe(showState);
db.cloud.webSocketStatus.subscribe(showState);
liveQuery(() => items.toArray()).subscribe({
  next: showItems,
  error: (error) => {
    console.error(error);
  },
});
