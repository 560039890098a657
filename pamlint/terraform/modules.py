"""A root module and the modules that it calls: what every name in them means, computed when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pamlint.model.errors import InputError
from pamlint.model.noun import record
from pamlint.model.resource import Location, Problem
from pamlint.terraform.access import LazyObject, at_steps
from pamlint.terraform.configuration import Configuration, Declared, unreadable
from pamlint.terraform.expressions import evaluate, follow
from pamlint.terraform.imports import imported
from pamlint.terraform.inputs import Given, Settings, given_values
from pamlint.terraform.library import Library
from pamlint.terraform.lifecycle import ENABLED, LIFECYCLE
from pamlint.terraform.naming import called
from pamlint.terraform.repetition import Expansion, Instance, cost_of, expand, repeating
from pamlint.terraform.resources import ResourceNode
from pamlint.terraform.scope import Budget, Scope
from pamlint.terraform.session import Session, joined
from pamlint.terraform.surroundings import ModuleSurroundings, relative
from pamlint.terraform.syntax import Argument, Literal, Reference, SourceFile
from pamlint.terraform.values import NULL, EvaluationError, ObjectValue, TupleValue, UnknownValue, Value, mark
from pamlint.terraform.variables import flag, validate, variable_value

MAX_MODULE_DEPTH = 40
MAX_MODULES = 5_000


class Tree:
    """All that the modules of one root share; `root` is its root module.

    `modules` counts their instances; `beyond` names the first that was one too many, with the limit. `imported` has the ids of
    what is there already, by address.
    """

    __slots__ = ("beyond", "imported", "library", "modules", "root", "session", "settings", "surroundings")

    def __init__(self, library: Library, settings: Settings, estate: Budget | None = None) -> None:
        self.library = library
        self.settings = settings
        self.session = Session(settings.facts, estate)
        self.modules = 0
        self.beyond = ""
        self.surroundings = ModuleSurroundings(library.files, library.root, self.session.budget)
        configuration = library.configuration(library.root)
        given = given_values(configuration, library.files, settings, self.session)
        self.root = Module(self, configuration, None, given)
        self.imported = imported(self.root)

    def has_room(self, address: str, where: Location) -> bool:
        """Counts one more module instance; false if it is one too many, which is reported once."""
        spent = self.session.budget.spent
        if self.modules < MAX_MODULES and not spent:
            self.modules += 1
            return True
        if not self.beyond:
            limit = spent or f"more than {MAX_MODULES:,} module instances in all"
            self.beyond = f"{address} ({limit})"
            message = f"{address} is not read, nor is any module instance that comes after it: {limit}"
            tip = "Name the directories of the modules below as paths of their own."
            self.session.report(Problem("unresolved-value", self.beyond, message, tip, where))
        return False


@record
class Caller:
    """The call that a module instance comes from: the calling module, the block's arguments, and the instance."""

    module: Module
    declared: Declared
    instance: Instance
    key: str

    @property
    def arguments(self) -> Mapping[str, Argument]:
        """The arguments of the call."""
        return self.declared.block.body.arguments

    @property
    def location(self) -> Location:
        """Where the call stands."""
        return self.declared.file.location(self.declared.block.start, self.declared.block.end)

    def place(self, name: str) -> Location:
        """Where an argument of the call stands."""
        argument = self.arguments[name]
        return self.declared.file_of(name).location(argument.start, argument.end)

    def scope(self, argument: Argument) -> Scope:
        """The scope of an argument of the call."""
        return self.module.scope(self.declared.file_of(argument.name), self.instance)


class Module:
    """One instance of a module. `prefix` is what its addresses begin with: nothing, or `module.net["a"].`."""

    def __init__(
        self, tree: Tree, configuration: Configuration, caller: Caller | None, given: Mapping[str, Given], prefix: str = ""
    ) -> None:
        self.tree = tree
        self.session = tree.session
        self.configuration = configuration
        self.caller = caller
        self.given = given
        self.prefix = prefix
        self.possible: tuple[str, ...] = joined(caller.module.possible, caller.instance.possible) if caller else ()
        self._resources: dict[tuple[str, ...], ResourceNode] = {}
        self._calls: dict[str, ModuleCall] = {}

    def scope(self, file: SourceFile, instance: Instance | None = None) -> Scope:
        """The scope of an expression that stands in one of the module's files."""
        local = instance.local if instance else {}
        return Scope(file, self.session.budget, names=self, surroundings=self.tree.surroundings, local=local)

    def bare_scope(self, file: SourceFile) -> Scope:
        """The scope of an expression that must be constant."""
        return Scope(file, self.session.budget, constant=True)

    def expand(self, address: str, declared: Declared) -> Expansion:
        """The instances of a resource or module call; one possible one where their number is wrong."""
        body = declared.block.body
        argument = repeating(body)
        name = argument.name if argument else ""
        file = declared.file_of(f"{LIFECYCLE}.{name}" if name == ENABLED else name)
        found: list[Expansion] = []

        def compute() -> Value:
            found.append(expand(body, self.scope(file)))
            if self.prefix or name:
                self.session.budget.repeat(cost_of(declared.block, len(found[0].instances), bool(self.prefix)))
            return True

        failed = self.session.attempt(f"{address}.{name}" if name else address, compute)
        if failed is None:
            return found[0]
        if name in ("", ENABLED):
            return Expansion("one", {None: Instance(possible=failed.because)})
        unknown = UnknownValue(failed.because)
        local: dict[str, Value] = {"count": ObjectValue({"index": unknown})}
        if name == "for_each":
            local = {"each": ObjectValue({"key": unknown, "value": unknown})}
        star = Instance("[*]", local, failed.because)
        return Expansion("count" if name == "count" else "each", {"*": star}, failed.because)

    # What names mean

    def resolve(self, reference: Reference, scope: Scope) -> Value:
        """The value of a reference; raises EvaluationError if nothing of that name is declared."""
        root = reference.root
        if root in ("var", "local", "module", "path", "terraform"):
            return self._named(root, reference)
        if root in ("each", "count", "self"):
            needs = {"each": "for_each", "count": "count"}.get(root)
            raise EvaluationError(f"{root} is known only where {needs} is set" if needs else "self is not known here")
        if root == "ephemeral":
            return UnknownValue((self.prefix + _told(reference, len(reference.steps)),))
        return self._resource(reference)

    def _named(self, root: str, reference: Reference) -> Value:
        name = _step(reference, 0)
        if root == "module":
            return self._module_reference(reference, name)
        if root == "var":
            value = self.variable(name)
        elif root == "local":
            value = self.local(name)
        elif root == "terraform":
            value = self._terraform(name)
        else:
            value = self._path(name)
        return at_steps(follow(value, reference, 1), self.prefix + root, [each.key for each in reference.steps])

    def _undeclared(self, address: str) -> Value:
        """Something that no file declares: an error, unless a file could not be read."""
        if self.configuration.whole:
            raise EvaluationError(f"{address} is not declared")
        return UnknownValue((self.prefix + address,), name=self.prefix + address)

    def variable(self, name: str) -> Value:
        """The value of a variable."""
        declared = self.configuration.declared["variable"].get((name,))
        if declared is None:
            return self._undeclared(f"var.{name}")
        address = f"{self.prefix}var.{name}"
        return self.session.settle(address, lambda: called(variable_value(self, name, declared), address), fixed=True)

    def local(self, name: str) -> Value:
        """The value of a local."""
        found = self.configuration.locals.get(name)
        if found is None:
            return self._undeclared(f"local.{name}")
        argument, file = found
        of = f"{self.prefix}local.{name}"
        return self.session.settle(of, lambda: called(evaluate(argument.value, self.scope(file)), of))

    def output(self, name: str) -> Value:
        """The value of an output, as callers see it."""
        declared = self.configuration.declared["output"].get((name,))
        argument = declared.block.body.arguments.get("value") if declared else None
        if declared is None or argument is None:
            return self._undeclared(f"the output {name}")
        address = f"{self.prefix}{name}"
        scope = self.scope(declared.file_of("value"))
        value = self.session.settle(address, lambda: called(evaluate(argument.value, scope), address))
        return mark(value, (address,)) if flag(self, declared, "sensitive", False) else value

    def _path(self, name: str) -> Value:
        library = self.tree.library
        if name == "module":
            return relative(self.configuration.directory, library.root)
        if name == "root":
            return "."
        if name == "cwd":
            return self.tree.surroundings.absolute(".")
        raise EvaluationError(f"there is no path.{name}")

    def _terraform(self, name: str) -> Value:
        if name == "workspace":
            return self.tree.settings.workspace_name()
        if name == "applying":
            return False
        raise EvaluationError(f"there is no terraform.{name}")

    def _resource(self, reference: Reference) -> Value:
        kind, at = reference.root, 0
        if kind in ("data", "resource"):
            at = 1
        type_name = _step(reference, 0) if at else kind
        name = _step(reference, at)
        declared = self.configuration.declared["data" if kind == "data" else "resource"].get((type_name, name))
        if declared is None:
            return self._undeclared(f"{'data.' if kind == 'data' else ''}{type_name}.{name}")
        node = self.resource(declared)
        instance, done = node.expansion().lead(reference, at + 1)
        return follow(node.value() if instance is None else node.instance_value(instance), reference, done)

    def resource(self, declared: Declared) -> ResourceNode:
        """The resource of a block."""
        key = (declared.block.type, *declared.block.labels)
        if key not in self._resources:
            self._resources[key] = ResourceNode(self, declared)
        return self._resources[key]

    # Modules below

    def _module_reference(self, reference: Reference, name: str) -> Value:
        declared = self.configuration.declared["module"].get((name,))
        if declared is None:
            return self._undeclared(f"module.{name}")
        call = self.call(name, declared)
        instance, done = call.expansion().lead(reference, 1)
        return follow(call.value() if instance is None else call.instance_value(instance), reference, done)

    def call(self, name: str, declared: Declared) -> ModuleCall:
        """The module call of a name."""
        if name not in self._calls:
            self._calls[name] = ModuleCall(self, name, declared)
        return self._calls[name]

    def calls(self) -> Iterator[ModuleCall]:
        """All module calls, in the order of their declaration."""
        for (name,), declared in self.configuration.declared["module"].items():
            yield self.call(name, declared)

    def validate(self) -> None:
        """Reports the variables whose validations fail."""
        for (name,), declared in self.configuration.declared["variable"].items():
            if any(block.type == "validation" for block in declared.block.body.blocks):
                validate(self, name, declared)

    @property
    def directories(self) -> tuple[Path, ...]:
        """The directories of this module and of those that lead to it."""
        above = self.caller.module.directories if self.caller else ()
        return (*above, self.configuration.directory)


class ModuleCall:
    """One `module` block of one module instance."""

    def __init__(self, caller: Module, name: str, declared: Declared) -> None:
        self.caller = caller
        self.name = name
        self.declared = declared
        self.address = f"{caller.prefix}module.{name}"
        self.key = f"{caller.caller.key}.{name}" if caller.caller else name
        self._expansion: Expansion | None = None
        self._modules: dict[str, Module] = {}
        self._configuration: Configuration | None = None
        self._is_found = False

    def expansion(self) -> Expansion:
        """The instances of the call."""
        if self._expansion is None:
            self._expansion = self.caller.expand(self.address, self.declared)
        return self._expansion

    def value(self) -> Value:
        """The whole call, as a reference without further steps has it."""
        expansion = self.expansion()
        if expansion.because:
            return UnknownValue(expansion.because, like=tuple(map(self.instance_value, expansion.instances.values())))
        values = {key: self.instance_value(instance) for key, instance in expansion.instances.items()}
        if expansion.form == "one":
            return values.get(None, NULL)
        if expansion.form == "count":
            return TupleValue(values.values())
        return ObjectValue({str(key): value for key, value in values.items()})

    def instance_value(self, instance: Instance) -> LazyObject:
        """The outputs of one instance, computed when they are asked for."""
        return LazyObject(lambda name: self._output(instance, name), lambda: self._outputs(instance))

    def _output(self, instance: Instance, name: str) -> Value:
        module = self.module(instance)
        address = f"{self.address}{instance.suffix}.{name}"
        if module is not None:
            return module.output(name)
        return self.caller.session.fact(address) or UnknownValue((address,), name=address)

    def _outputs(self, instance: Instance) -> Mapping[str, Value]:
        module = self.module(instance)
        if module is None:
            return {}
        return {name: module.output(name) for (name,) in module.configuration.declared["output"]}

    def module(self, instance: Instance) -> Module | None:
        """The module of one instance; None if it is not on disk."""
        configuration = self.configuration()
        if configuration is None:
            return None
        if instance.suffix not in self._modules:
            where = self.declared.file.location(self.declared.block.start, self.declared.block.end)
            if not self.caller.tree.has_room(f"{self.address}{instance.suffix}", where):
                return None
            caller = Caller(self.caller, self.declared, instance, self.key)
            prefix = f"{self.address}{instance.suffix}."
            self._modules[instance.suffix] = Module(self.caller.tree, configuration, caller, {}, prefix)
        return self._modules[instance.suffix]

    def configuration(self) -> Configuration | None:
        """What the called module declares; None, and reported once, if it cannot be had."""
        if not self._is_found:
            self._is_found = True
            try:
                self._configuration = self._find()
            except InputError as error:
                self.caller.session.report(unreadable(error, self.address, "Correct the module's source."))
        return self._configuration

    def _find(self) -> Configuration | None:
        argument = self.declared.block.body.arguments.get("source")
        where = self.declared.file.location(self.declared.block.start, self.declared.block.end)
        source = argument.value.value if argument and isinstance(argument.value, Literal) else None
        if not isinstance(source, str):
            raise InputError(f"{self.address}: the source of a module must be a plain string", where)
        library = self.caller.tree.library
        directory = library.find(self.key, source, self.caller.configuration.directory)
        if directory is None:
            self._report_absent(source, where)
            return None
        if directory in self.caller.directories:
            raise InputError(f"{self.address}: the module in {library.files.told(directory)} calls itself", where)
        if len(self.caller.directories) >= MAX_MODULE_DEPTH:
            raise InputError(f"{self.address}: modules are nested more than {MAX_MODULE_DEPTH} levels deep", where)
        try:
            return library.configuration(directory)
        except InputError as error:
            raise InputError(f"{self.address}: {error.message}", where, error.tip) from None

    def _report_absent(self, source: str, where: Location) -> None:
        message = f"{self.address} ({source}) is not on disk, so nothing in it is read and its outputs are not known"
        tip = "Run `terraform init` (or `terraform get`) in the root module, then pamlint again."
        self.caller.session.report(Problem("unresolved-value", self.address, message, tip, where))


def _step(reference: Reference, at: int) -> str:
    """The name that must stand at a step of a reference."""
    if at >= len(reference.steps) or reference.steps[at].indexed:
        raise EvaluationError(f"a name must follow {_told(reference, at)}.")
    return str(reference.steps[at].key)


def _told(reference: Reference, steps: int) -> str:
    """A reference as it is written, up to a step."""
    written = [reference.root]
    for step in reference.steps[:steps]:
        key = f'"{step.key}"' if isinstance(step.key, str) else step.key
        written.append(f"[{key}]" if step.indexed else f".{step.key}")
    return "".join(written)
