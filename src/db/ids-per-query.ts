/** How many ids one `IN (…)` names: far below SQLite's 32,766 parameters, enough to make the statement's cost vanish. */
export const idsPerQuery = 500;
