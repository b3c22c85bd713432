// The side that plays, as far as it was heard: what the live view's parts draw from.

/** Revolutions a minute that are taken where nothing told them. */
const USUAL_RPM = 100 / 3;

/** Events of one side by id, and what its state told. Times are seconds of the source. */
export class Playing {
  sideId = null;
  startedS = null;
  nowS = 0;
  rpm = null;
  state = null;
  events = new Map();

  /** Begin anew with what the station knows. */
  reset(hello) {
    this.#begin(hello.side_id ?? null);
    this.state = null;
    if (hello.state) this.takeState(hello.state);
    for (const event of hello.events ?? []) this.takeEvent(event);
  }

  /** Take a `state`; returns whether another side began. */
  takeState(state) {
    const begins = Boolean(state.side_id) && state.side_id !== this.sideId;
    if (begins) this.#begin(state.side_id);
    this.state = state;
    this.nowS = state.at_s ?? this.nowS;
    if (typeof state.started_s === 'number') this.startedS = state.started_s;
    return begins;
  }

  /** Take a defect, or what became of one that was told before. */
  takeEvent(event) {
    if (event.kind === 'identify') return;
    if (event.side_id && event.side_id !== this.sideId) this.#begin(event.side_id);
    this.events.set(event.id, event);
    if (event.rpm) this.rpm = event.rpm;
  }

  /** Whether a needle is down. */
  get isDown() {
    return this.state !== null && this.state.phase !== 'idle';
  }

  /** Revolutions a minute. */
  get turnsPerMin() {
    return this.rpm ?? USUAL_RPM;
  }

  #begin(sideId) {
    this.sideId = sideId;
    this.startedS = null;
    this.rpm = null;
    this.events.clear();
  }
}
