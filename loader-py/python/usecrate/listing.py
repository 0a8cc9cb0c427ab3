"""What Python sees of an artifact, as text: modules, classes, functions, and what is skipped and why."""

from __future__ import annotations

from ._native import signature, taken, type_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Callable, Entry, Function, Manifest, Method, Type

_KINDS = {
    "handle": "handle: the value stays in Rust",
    "record": "record: crosses by value",
    "enum": "enum: crosses by value",
}


def listing(manifest: Manifest) -> Iterator[str]:
    """The lines of `usecrate inspect`."""
    yield from _head(manifest)
    shown: set[int] = set()
    for module in manifest["modules"]:
        if not module["entries"]:
            continue
        yield ""
        yield f"module {module['path'].replace('::', '.')}"
        for entry in module["entries"]:
            yield from _entry(manifest, entry, shown)
    rest = [index for index in range(len(manifest["types"])) if index not in shown]
    if rest:
        yield ""
        yield "types without a public path, met as results and arguments"
        for index in rest:
            yield from _class(manifest, manifest["types"][index]["name"], index)
    yield from _partial(manifest)
    yield from _skipped(manifest)


def _head(manifest: Manifest) -> Iterator[str]:
    crate, build, coverage = manifest["crate"], manifest["build"], manifest["coverage"]
    origin = f" from {source}" if (source := crate.get("origin")) else ""
    yield f"{crate['name']} {crate['version']}{origin}"
    features = ", ".join(crate["features"]) or "none asked for"
    default = "" if crate["default_features"] else "; default features off"
    yield f"  features: {features}{default}"
    made = f"usecrate {manifest['generator']}, {build['rustc']}, profile {build['profile']}"
    yield f"  built for {build['target']} by {made}"
    total, served = coverage["callables"], coverage["served"]
    share = f" ({100 * served / total:.0f} %)" if total else ""
    yield f"  {served} of {total} public callables served{share}, {len(manifest['skipped'])} items skipped"


def _entry(manifest: Manifest, entry: Entry, shown: set[int]) -> Iterator[str]:
    name = entry["name"]
    if "function" in entry:
        for key, index in _reached(entry["function"]):
            callable_ = manifest["callables"][index]
            yield f"  def {signature(manifest, callable_, name=name + key)}{_notes(callable_)}"
    elif "type" in entry:
        index = entry["type"]
        if index in shown:
            yield f"  {name} = {manifest['types'][index]['path'].replace('::', '.')}"
        else:
            shown.add(index)
            yield from _class(manifest, name, index)
    elif "trait" in entry:
        yield from _trait(manifest, name, entry["trait"])
    elif "module" in entry:
        yield f"  module {name} = {manifest['modules'][entry['module']]['path'].replace('::', '.')}"
    elif "constant" in entry:
        yield f"  {name}: {type_text(manifest, manifest['callables'][entry['constant']]['result'])}"
    elif "variant" in entry:
        ty, variant = entry["variant"]
        found = manifest["types"][ty]
        yield f"  {name} = {found['name']}.{found.get('variants', [])[variant]['name']}"


def _class(manifest: Manifest, name: str, index: int) -> Iterator[str]:
    ty = manifest["types"][index]
    notes = [_KINDS[ty["kind"]]]
    if ty.get("error"):
        notes.append("an exception")
    if ty["kind"] == "handle" and ty["clone"]:
        notes.append("cloned where it is taken by value")
    for instance in ty.get("instances", ()):
        if instance["type"] != index:
            notes.append(f"{_subscript(instance['key'])} is {manifest['types'][instance['type']]['name']}")
    if ty["borrows"]:
        notes.append("keeps alive what it borrows")
    if not ty["send"]:
        notes.append("used by the thread that made it")
    yield f"  class {name}  # {'; '.join(notes)}"
    yield from (f"    {line}" for line in _members(manifest, ty))


def _members(manifest: Manifest, ty: Type) -> Iterator[str]:
    callables = manifest["callables"]
    for field in ty.get("fields", ()):
        yield f"{field['name']}: {type_text(manifest, field['type'])}"
    for variant in ty.get("variants", ()):
        fields = ", ".join(
            f"{field['name']}: {type_text(manifest, field['type'])}" for field in variant.get("fields", ())
        )
        number = f" = {variant['discriminant']}" if "discriminant" in variant else ""
        yield f"variant {variant['name']}{f'({fields})' if fields else ''}{number}"
    taken_already: set[str] = set()
    for index in ty.get("constructors", ()):
        found = callables[index]
        text = signature(manifest, found, name=ty["name"])
        # Of those that take the same, a call of the class reaches the first alone.
        if text not in taken_already:
            yield f"{text}{_notes(found, found['id'])}"
        taken_already.add(text)
    for prop in ty.get("properties", ()):
        found = callables[prop["get"]]
        notes = _notes(found, *([] if "set" in prop else ["read only"]))
        yield f"{prop['name']}: {type_text(manifest, found['result'])}{notes}"
    for constant in ty.get("constants", ()):
        yield f"{constant['name']}: {type_text(manifest, callables[constant['callable']]['result'])}"
    for method in ty.get("methods", ()):
        origin = [f"from {trait}"] if (trait := method.get("from_trait")) else []
        static = "" if method["instance"] else "static "
        for key, index in _reached(method):
            found = callables[index]
            text = signature(manifest, found, name=method["name"] + key)
            by_value = [moves] if (moves := taken(found)) else []
            yield f"{static}def {text}{_notes(found, *origin, *by_value)}"
    if specials := ty.get("specials"):
        operators = sorted(set(specials) - {"__serialize__", "__deserialize__", "__lend__"})
        if operators:
            yield f"operators: {', '.join(operators)}"
        if "__deserialize__" in specials:
            yield "pickled by what `serde` makes of it"


def _reached(function: Function | Method) -> Iterator[tuple[str, int]]:
    """Subscript and number of each callable that a function or method leads to."""
    yield from (("", index) for index in function["callables"])
    for instance in function.get("instances", ()):
        yield from ((_subscript(instance["key"]), index) for index in instance["callables"])


def _subscript(key: list[str]) -> str:
    return "[" + ", ".join(f'"{part}"' for part in key) + "]"


def _notes(found: Callable, *notes: str) -> str:
    """What is to be said of a callable beside its signature."""
    keeps = ["keeps the interpreter lock"] if found.get("keeps_lock") else []
    return "".join(f"  # {note}" for note in [*notes, *keeps])


def _trait(manifest: Manifest, name: str, index: int) -> Iterator[str]:
    trait = manifest["traits"][index]
    yield f"  type {name}  # its values are plain data" if trait.get("plain") else f"  trait {name}"
    for method in trait["methods"]:
        for key, index in _reached(method):
            found = manifest["callables"][index]
            yield f"    def {signature(manifest, found, name=method['name'] + key)}"


def _partial(manifest: Manifest) -> Iterator[str]:
    partial = manifest.get("partial", ())
    if not partial:
        return
    yield ""
    yield f"served in part: {len({one['path'] for one in partial})}"
    for one in partial:
        yield f"  {one['path']}"
        missing = ", ".join(f"`{ty}`" for ty in one["missing"])
        yield f"    `{one['bound']}` is met by {missing}, too: not taken"


def _skipped(manifest: Manifest) -> Iterator[str]:
    if not manifest["skipped"]:
        return
    yield ""
    yield f"skipped: {len(manifest['skipped'])}"
    counts: dict[str, int] = {}
    for skip in manifest["skipped"]:
        counts[skip["code"]] = counts.get(skip["code"], 0) + 1
    yield "  " + ", ".join(
        f"{code} {count}" for code, count in sorted(counts.items(), key=lambda pair: -pair[1])
    )
    for skip in manifest["skipped"]:
        where = f" ({span})" if (span := skip.get("span")) else ""
        yield f"  {skip['path']}{where}"
        yield f"    {skip['message']} [{skip['code']}]"
