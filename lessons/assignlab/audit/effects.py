"""Which operations write which of their resource inputs, op by op and function by function: TensorFlow knows."""

from dataclasses import dataclass

from tensorflow.core.framework import types_pb2
from tensorflow.python.eager import context
from tensorflow.python.framework import auto_control_deps_utils, op_def_registry

READS = auto_control_deps_utils.RESOURCE_READ_OPS
HARMLESS = {"DestroyResourceOp", "VarHandleOp", "VarIsInitializedOp", "DisableCopyOnRead", "Identity", "IdentityN"}
WRITES = ("Assign", "ResourceScatter", "ResourceApply", "ResourceSparseApply", "ResourceStridedSliceAssign")


@dataclass(frozen=True)
class Effect:
    """How often a call writes a resource: `count` times, certainly or only perhaps, now or whenever a pipeline runs."""

    count: int = 0
    certain: bool = True
    later: bool = False

    def __add__(self, other):
        return Effect(self.count + other.count, self.certain and other.certain, self.later or other.later)

    def perhaps(self):
        """The same where it is not known whether, or how often, it happens."""
        return Effect(self.count, False, self.later) if self.count else self


NONE, ONCE, PERHAPS, LATER = Effect(), Effect(1), Effect(1, False), Effect(1, False, True)


class Effects:
    """What operations do to their resource inputs. Functions are read once."""

    def __init__(self):
        self.touching = {}  # op name -> whether it can touch a resource at all
        self.functions = {}  # function name -> {argument's position: Effect}

    def can_write(self, op):
        """Whether an op or a function of this name can write a resource."""
        found = self.touching.get(op)
        if found is None:
            found = self.touching[op] = self._can_write(op)
        return found

    def _can_write(self, op):
        if op in READS or op in HARMLESS:
            return False
        definition = op_def_registry.get(op)
        if definition is None:
            return True  # a function
        kinds = {argument.type for argument in definition.input_arg}
        listed = any(argument.type_list_attr for argument in definition.input_arg)
        return types_pb2.DT_RESOURCE in kinds or listed

    def is_function(self, op):
        """Whether this is the name of a traced function."""
        return bool(context.context().has_function(op))

    def of(self, op, position, attributes=()):
        """The `Effect` of an eager op or function call on the resource at this position of its inputs."""
        if context.context().has_function(op):
            return self.of_function(op).get(position, NONE)
        if op.startswith(WRITES):
            return ONCE
        called = [name for name in map(_function_name, attributes) if name and context.context().has_function(name)]
        if called:  # a data set, say: it runs the function later
            return LATER if any(e.count for name in called for e in self.of_function(name).values()) else NONE
        return PERHAPS

    def of_function(self, name):
        """{argument's position: Effect} of one call of a function."""
        if name not in self.functions:
            self.functions[name] = {}  # a function that calls itself
            self.functions[name] = self._of_function(name)
        return self.functions[name]

    def _of_function(self, name):
        definition = context.context().get_function_def(name)
        resources = {a.name: i for i, a in enumerate(definition.signature.input_arg) if a.type == types_pb2.DT_RESOURCE}
        effects = dict.fromkeys(resources.values(), NONE)
        for node in definition.node_def:
            if node.op in ("Identity", "IdentityN") and node.input[0] in resources:
                resources[f"{node.name}:output:0"] = resources[node.input[0]]
        for node in definition.node_def:
            for position, source in enumerate(node.input):
                if source in resources and self.can_write(node.op):
                    effects[resources[source]] += self._of_node(node, position)
        return effects

    def _of_node(self, node, position):
        if context.context().has_function(node.op):
            return self.of_function(node.op).get(position, NONE)
        if node.op.startswith(WRITES):
            return ONCE
        called = [value.func.name for value in node.attr.values() if value.HasField("func")]
        called += [f.name for value in node.attr.values() for f in value.list.func]
        if node.op in ("PartitionedCall", "StatefulPartitionedCall"):
            return self.of_function(called[0]).get(position, NONE) if called else PERHAPS
        skipped = 1 if node.op in ("If", "StatelessIf", "Case", "StatelessCase") else 0  # the condition
        known = [name for name in called if context.context().has_function(name)]
        if len(known) < len(called) or not called:
            return PERHAPS
        total = sum((self.of_function(name).get(position - skipped, NONE) for name in known), NONE)
        return total.perhaps()


def _function_name(attribute):
    name = getattr(attribute, "name", attribute)
    return name.decode() if isinstance(name, bytes) else name if isinstance(name, str) else None
