"""Small Arrow tables whose rows belong to a key and a version of that key."""

import pyarrow as pa
import pyarrow.compute as pc


def newest(rows: pa.Table, key: str, version: str) -> pa.Table:
    """Keep the rows of the highest version of each key."""
    tops = rows.group_by(key).aggregate([(version, "max"), (version, "min")])
    if pc.all(pc.equal(tops[f"{version}_max"], tops[f"{version}_min"])).as_py():
        return rows
    known = rows.join(tops, key)
    kept = known.filter(pc.equal(known[version], known[f"{version}_max"]))
    return kept.select(rows.column_names)


def replace(old: pa.Table, new: pa.Table, key: str) -> pa.Table:
    """Give `new` and those rows of `old` whose key is not in `new`."""
    is_replaced = pc.is_in(old[key], value_set=pc.unique(new[key]))
    return pa.concat_tables([old.filter(pc.invert(is_replaced)), new.select(old.column_names)])
