"""Every built-in function of Terraform 1.11, and what OpenTofu has besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module

from pamlint.terraform.functions import (
    assumptions,
    choices,
    collections,
    encoding,
    filesystem,
    hashing,
    json_text,
    networks,
    numbers,
    parts,
    patterns,
    provider,
    sets,
    strings,
    types,
)
from pamlint.terraform.functions.signature import (
    ANYTHING,
    CONTAINER,
    ITEMS,
    LIST_OF_STRING,
    MAP_OF_LISTS,
    TEXT,
    TEXTS,
    UNTOUCHED,
    VALUE,
    WHOLE,
    Function,
    Parameter,
    Surroundings,
    apply,
)
from pamlint.terraform.numeric import SizedInt
from pamlint.terraform.types import ANY, BOOL, NUMBER, STRING, ListType, MapType, SetType, Type
from pamlint.terraform.values import (
    EvaluationError,
    UnknownValue,
    Value,
    reasons,
    type_of,
)

_OPEN_CONTAINER = Parameter(unknown=True, marks="own")
_OPEN_TEXT = Parameter(STRING, unknown=True)
_TRUTHS = Parameter(ListType(BOOL))
_SET = Parameter(SetType(ANY))
_LISTS_BY_NAME = Parameter(MAP_OF_LISTS)
_OWN_ITEMS = Parameter(ListType(ANY), marks="own")
_OWN_TEXTS = Parameter(LIST_OF_STRING, marks="own")
_MERGED = Parameter(null=True, unknown=True, marks="own")
_DEFAULT = Parameter(null=True, unknown=True, marks="none")


def _of_first(*arguments: Value) -> ListType:
    """The type of results that are lists like the first argument."""
    of = type_of(arguments[0])
    return of if isinstance(of, ListType) else ListType(ANY)


def _load(module: str, name: str) -> Callable[..., Value]:
    """A function of a module that is imported when it is first called: those that cost the start and are rarely needed."""

    def run(*arguments: Value) -> Value:
        found: Callable[..., Value] = getattr(import_module(f"{__name__}.{module}"), name)
        return found(*arguments)

    return run


def _later(name: str) -> Value:
    """What is known only when Terraform runs: the time, a random number, a secret."""
    return UnknownValue((f"{name}()",), STRING, not_null=True)


def _gone(name: str, instead: str) -> Value:
    raise EvaluationError(f"Terraform has no {name}() any more; write {instead}")


def _numeric(run: Callable[..., Value], *parameters: Parameter) -> Function:
    return Function(run, parameters or (WHOLE,), NUMBER)


def _counting(run: Callable[..., Value], *parameters: Parameter) -> Function:
    """A function whose result has 64 bits, as Go's own whole numbers have."""

    def counted(*arguments: Value) -> Value:
        result = run(*arguments)
        return SizedInt(result) if type(result) is int else result

    return _numeric(counted, *parameters)


def _text(run: Callable[..., Value], *parameters: Parameter, rest: Parameter | None = None) -> Function:
    return Function(run, parameters or (TEXT,), STRING, rest)


def _truth(run: Callable[..., Value], *parameters: Parameter, surroundings: bool = False) -> Function:
    return Function(run, parameters, BOOL, surroundings=surroundings)


def _of_file(run: Callable[..., Value]) -> Function:
    return Function(run, (TEXT,), STRING, surroundings=True)


def _assumed(of: Type, *, least: bool = False, most: bool = False) -> Function:
    bounds = (WHOLE,) * (least + most)
    return Function(assumptions.length(least=least, most=most), (Parameter(of, null=True, unknown=True), *bounds), of)


def _to(of: Type) -> Function:
    return Function(types.to(of), (UNTOUCHED,), of, nullable=True, picks=True)


FUNCTIONS: Mapping[str, Function] = {
    "abs": _numeric(numbers.absolute),
    "abspath": Function(filesystem.absolute, (TEXT,), STRING, surroundings=True),
    "alltrue": _truth(choices.all_true, _TRUTHS),
    "anytrue": _truth(choices.any_true, _TRUTHS),
    "assumeequal": Function(assumptions.equals, (UNTOUCHED, UNTOUCHED), nullable=True),
    "assumelistlength": _assumed(ListType(ANY), least=True, most=True),
    "assumelistlengthmax": _assumed(ListType(ANY), most=True),
    "assumelistlengthmin": _assumed(ListType(ANY), least=True),
    "assumemaplength": _assumed(MapType(ANY), least=True, most=True),
    "assumemaplengthmax": _assumed(MapType(ANY), most=True),
    "assumemaplengthmin": _assumed(MapType(ANY), least=True),
    "assumenotnull": Function(assumptions.not_null, (ANYTHING,)),
    "assumesetlength": _assumed(SetType(ANY), least=True, most=True),
    "assumesetlengthmax": _assumed(SetType(ANY), most=True),
    "assumesetlengthmin": _assumed(SetType(ANY), least=True),
    "assumestringprefix": _text(assumptions.begins_with, _OPEN_TEXT, TEXT),
    "base64decode": _text(encoding.decode_base64),
    "base64encode": _text(encoding.encode_base64),
    "base64gunzip": _text(encoding.decompress_base64),
    "base64gzip": _text(encoding.compress_base64),
    "base64sha256": _text(hashing.of_text("sha256", base64=True)),
    "base64sha512": _text(hashing.of_text("sha512", base64=True)),
    "basename": _text(filesystem.base_name),
    "bcrypt": _text(lambda *_: _later("bcrypt"), TEXT, rest=WHOLE),
    "ceil": _numeric(numbers.ceiling),
    "chomp": _text(strings.chomp),
    "chunklist": Function(collections.chunks, (_OWN_ITEMS, WHOLE), lambda given, _: ListType(type_of(given))),
    "cidrcontains": _truth(networks.covers, TEXT, TEXT),
    "cidrhost": _text(networks.host, TEXT, WHOLE),
    "cidrnetmask": _text(networks.netmask),
    "cidrsubnet": _text(networks.subnet, TEXT, WHOLE, WHOLE),
    "cidrsubnets": Function(networks.subnets, (TEXT,), LIST_OF_STRING, WHOLE),
    "coalesce": Function(choices.coalesce, (), rest=ANYTHING, picks=True),
    "coalescelist": Function(choices.coalesce_list, (), rest=ANYTHING, picks=True),
    "compact": Function(choices.compact, (TEXTS,), LIST_OF_STRING, holds=parts.texts, picks=True),
    "concat": Function(collections.concat, (), collections.concat_type, CONTAINER, holds=parts.elements, picks=True, joins=True),
    "contains": _truth(collections.contains, VALUE, VALUE),
    "csvdecode": Function(encoding.decode_csv, (TEXT,)),
    "dirname": _text(filesystem.directory_name),
    "distinct": Function(collections.distinct, (ITEMS,), _of_first, holds=parts.elements, picks=True),
    "element": Function(collections.element, (CONTAINER, WHOLE), collections.element_type, nullable=True, picks=True),
    "endswith": _truth(strings.ends_with, TEXT, TEXT),
    "ephemeralasnull": Function(types.same, (UNTOUCHED,), nullable=True),
    "file": _of_file(filesystem.read_text),
    "filebase64": _of_file(filesystem.read_base64),
    "filebase64sha256": _of_file(hashing.of_file("sha256", base64=True)),
    "filebase64sha512": _of_file(hashing.of_file("sha512", base64=True)),
    "fileexists": _truth(filesystem.exists, TEXT, surroundings=True),
    "filemd5": _of_file(hashing.of_file("md5")),
    "fileset": Function(filesystem.find, (TEXT, TEXT), SetType(STRING), surroundings=True),
    "filesha1": _of_file(hashing.of_file("sha1")),
    "filesha256": _of_file(hashing.of_file("sha256")),
    "filesha512": _of_file(hashing.of_file("sha512")),
    "flatten": Function(collections.flatten, (CONTAINER,), holds=parts.flat, picks=True),
    "floor": _numeric(numbers.floor),
    "format": _text(_load("formatting", "format_text"), TEXT, rest=ANYTHING),
    "formatdate": _text(_load("dates", "format_date"), TEXT, TEXT),
    "formatlist": Function(_load("formatting", "format_list"), (TEXT,), LIST_OF_STRING, ANYTHING),
    "indent": _text(strings.indent, WHOLE, TEXT),
    "index": _counting(collections.index, VALUE, VALUE),
    "issensitive": _truth(types.is_sensitive, UNTOUCHED),
    "join": _text(strings.join, TEXT, rest=TEXTS),
    "jsondecode": Function(json_text.decode, (TEXT,), json_text.decoded_type, nullable=True),
    "jsonencode": _text(json_text.encode, ANYTHING),
    "keys": Function(collections.keys, (_OPEN_CONTAINER,)),
    "length": _counting(collections.length, _OPEN_CONTAINER),
    "list": Function(partial(_gone, "list", "tolist([...])"), ()),
    "log": _numeric(numbers.logarithm, WHOLE, WHOLE),
    "lookup": Function(collections.lookup, (_OPEN_CONTAINER, _OPEN_TEXT), rest=_DEFAULT, nullable=True),
    "lower": _text(strings.lower),
    "map": Function(partial(_gone, "map", "tomap({...})"), ()),
    "matchkeys": Function(choices.match_keys, (ITEMS, ITEMS, ITEMS), _of_first),
    "max": Function(numbers.largest, (), NUMBER, WHOLE),
    "md5": _text(hashing.of_text("md5")),
    "merge": Function(collections.merge, (), rest=_MERGED),
    "min": Function(numbers.smallest, (), NUMBER, WHOLE),
    "nonsensitive": Function(types.not_sensitive, (UNTOUCHED,), nullable=True),
    "one": Function(choices.one, (VALUE,), choices.one_type, nullable=True, picks=True),
    "parseint": Function(numbers.parse_integer, (VALUE, WHOLE), numbers.integer_type),
    "pathexpand": _text(filesystem.expand),
    "plantimestamp": Function(lambda: _later("plantimestamp"), (), STRING),
    "pow": _numeric(numbers.power, WHOLE, WHOLE),
    "range": Function(choices.number_range, (), ListType(NUMBER), WHOLE),
    "regex": Function(patterns.first, (TEXT, TEXT), patterns.first_type),
    "regexall": Function(patterns.every, (TEXT, TEXT), patterns.every_type),
    "replace": _text(patterns.replace, TEXT, TEXT, TEXT),
    "reverse": Function(collections.reverse, (CONTAINER,), collections.reverse_type, holds=parts.elements, picks=True),
    "rsadecrypt": _text(lambda *_: _later("rsadecrypt"), TEXT, TEXT),
    "sensitive": Function(types.sensitive, (UNTOUCHED,), nullable=True),
    "setintersection": Function(sets.intersection, (_SET,), sets.common_set, _SET),
    "setproduct": Function(sets.product, (), rest=_OPEN_CONTAINER),
    "setsubtract": Function(sets.difference, (_SET, _SET), sets.common_set),
    "setunion": Function(sets.union, (_SET,), sets.common_set, _SET, holds=parts.elements, picks=True, joins=True),
    "sha1": _text(hashing.of_text("sha1")),
    "sha256": _text(hashing.of_text("sha256")),
    "sha512": _text(hashing.of_text("sha512")),
    "signum": _counting(numbers.sign),
    "slice": Function(collections.cut, (_OPEN_CONTAINER, WHOLE, WHOLE), collections.cut_type, picks=True),
    "sort": Function(choices.sort, (TEXTS,), LIST_OF_STRING, holds=parts.elements, picks=True),
    "split": Function(strings.split, (TEXT, _OPEN_TEXT), LIST_OF_STRING),
    "startswith": _truth(strings.starts_with, _OPEN_TEXT, TEXT),
    "strcontains": _truth(strings.contains, TEXT, TEXT),
    "strrev": _text(strings.reverse),
    "substr": _text(strings.substring, TEXT, WHOLE, WHOLE),
    "sum": _numeric(choices.total, VALUE),
    "templatefile": Function(filesystem.render_file, (TEXT, VALUE), surroundings=True),
    "templatestring": Function(filesystem.render_text, (TEXT, VALUE), STRING, surroundings=True),
    "textdecodebase64": _text(encoding.decode_text, TEXT, TEXT),
    "textencodebase64": _text(encoding.encode_text, TEXT, TEXT),
    "timeadd": _text(_load("dates", "add_time"), TEXT, TEXT),
    "timecmp": _counting(_load("dates", "compare_times"), TEXT, TEXT),
    "timestamp": Function(lambda: _later("timestamp"), (), STRING),
    "title": _text(strings.title),
    "tobool": _to(BOOL),
    "tolist": _to(ListType(ANY)),
    "tomap": _to(MapType(ANY)),
    "tonumber": _to(NUMBER),
    "toset": _to(SetType(ANY)),
    "tostring": _to(STRING),
    "transpose": Function(choices.transpose, (_LISTS_BY_NAME,), MAP_OF_LISTS),
    "trim": _text(strings.trim, TEXT, TEXT),
    "trimprefix": _text(strings.trim_prefix, TEXT, TEXT),
    "trimspace": _text(strings.trim_space),
    "trimsuffix": _text(strings.trim_suffix, TEXT, TEXT),
    "upper": _text(strings.upper),
    "urldecode": _text(encoding.decode_url),
    "urlencode": _text(encoding.encode_url),
    "uuid": Function(lambda: _later("uuid"), (), STRING),
    "uuidv5": _text(hashing.uuid5, TEXT, TEXT),
    "values": Function(collections.values, (CONTAINER,), collections.values_type, holds=parts.values, picks=True),
    "yamldecode": Function(_load("yaml_text", "decode"), (TEXT,), nullable=True),
    "yamlencode": _text(_load("yaml_text", "encode"), ANYTHING),
    "zipmap": Function(collections.zip_to_map, (_OWN_TEXTS, CONTAINER), collections.zip_type),
    "provider::terraform::decode_tfvars": Function(provider.decode_arguments, (TEXT,), surroundings=True),
    "provider::terraform::encode_expr": _text(provider.encode_expression, VALUE),
    "provider::terraform::encode_tfvars": _text(provider.encode_arguments, VALUE),
}
"""By name. `try` and `can` are not in here: what they are given may fail, so the evaluator has them."""


def call(name: str, arguments: Iterable[Value], surroundings: Surroundings | None = None) -> Value:
    """The value of a function call; `surroundings` may be left out for functions that read no files and render nothing.

    Raises EvaluationError where Terraform refuses the call, LimitReached where the result would be huge. A function of a
    provider other than the built-in one is unknown.
    """
    given = tuple(arguments)
    plain = name.removeprefix("core::")
    function = FUNCTIONS.get(plain)
    if function is None and plain.startswith("provider::") and not plain.startswith("provider::terraform::"):
        return UnknownValue((f"{plain}()", *reasons(*given)))
    if function is None:
        raise EvaluationError(f"there is no function {plain}(){_nearest(plain)}")
    return apply(plain, function, given, surroundings)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, (*FUNCTIONS, "try", "can"), 1)
    return f"; did you mean {near[0]}()?" if near else ""
