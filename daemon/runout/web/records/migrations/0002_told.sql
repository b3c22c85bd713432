-- What a listing needs, so that it doesn't read all that was told. (Layout 1 was in no release, and
-- its sides were graded on the scale that is the default.)
ALTER TABLE side ADD COLUMN scale TEXT NOT NULL DEFAULT 'goldmine';
-- What the ear last told of the label, JSON: what of it is news, when it tells it again, is told by
-- this.
ALTER TABLE side ADD COLUMN ear_label TEXT NOT NULL DEFAULT '{}';
