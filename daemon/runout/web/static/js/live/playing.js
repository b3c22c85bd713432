// The side that plays, as far as it was heard: what the live view's parts draw from.

/** Revolutions a minute that are taken where nothing told them. */
const USUAL_RPM = 100 / 3;
/** Turns that a scratch's tick may be off its place. */
const OFF_TURNS = 0.01;

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
    if (event.kind === 'scratch') this.#gather(event);
  }

  /** Whether a needle is down. */
  get isDown() {
    return this.state !== null && this.state.phase !== 'idle';
  }

  /** Revolutions a minute. */
  get turnsPerMin() {
    return this.rpm ?? USUAL_RPM;
  }

  /** A scratch's first ticks were told before it was known to be one. */
  #gather(scratch) {
    for (const event of this.events.values()) {
      const turns = ((event.time_s - scratch.time_s) * this.turnsPerMin) / 60;
      const told = event.part_of || (event.kind !== 'click' && event.kind !== 'pop');
      if (!told && turns > -OFF_TURNS && Math.abs(turns - Math.round(turns)) < OFF_TURNS) event.part_of = scratch.id;
    }
  }

  #begin(sideId) {
    this.sideId = sideId;
    this.startedS = null;
    this.rpm = null;
    this.events.clear();
  }
}
