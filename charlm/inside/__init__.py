"""What happens inside a recurrent network, shown: gates, cells, units, memory, gradients.

>>> import charlm.inside
>>> trace = charlm.inside.trace("war_and_peace", '"Well, Prince," he said.')
>>> trace.fields["cell"].shape  # characters, layers, units
(24, 4, 128)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charlm.first_use import import_on_first_use

if TYPE_CHECKING:
    from charlm.inside.agreement.agreement import Agreement as Agreement
    from charlm.inside.agreement.agreement import agree as agree
    from charlm.inside.agreement.minimal_pairs import Pair as Pair
    from charlm.inside.agreement.minimal_pairs import make_pairs as make_pairs
    from charlm.inside.by_hand.cell_steps import CellSteps as CellSteps
    from charlm.inside.by_hand.cell_steps import step as step
    from charlm.inside.by_hand.cell_weights import CellWeights as CellWeights
    from charlm.inside.by_hand.cell_weights import draw_weights as draw_weights
    from charlm.inside.by_hand.cell_weights import make_classic as make_classic
    from charlm.inside.by_hand.cell_weights import read_weights as read_weights
    from charlm.inside.by_hand.recurrences import Neuron as Neuron
    from charlm.inside.by_hand.recurrences import Recurrences as Recurrences
    from charlm.inside.by_hand.recurrences import compare_recurrences as compare_recurrences
    from charlm.inside.by_hand.shapes import Shapes as Shapes
    from charlm.inside.by_hand.shapes import StackSizes as StackSizes
    from charlm.inside.by_hand.shapes import list_tensors as list_tensors
    from charlm.inside.by_hand.torch_cells import list_torch_shapes as list_torch_shapes
    from charlm.inside.by_hand.torch_cells import run_torch_cell as run_torch_cell
    from charlm.inside.disagreement import Disagreement as Disagreement
    from charlm.inside.disagreement import compare as compare
    from charlm.inside.memory.context_curves import ContextCurve as ContextCurve
    from charlm.inside.memory.context_curves import cut_context as cut_context
    from charlm.inside.memory.context_curves import plot_curves as plot_curves
    from charlm.inside.memory.distance_profiles import DistanceProfile as DistanceProfile
    from charlm.inside.memory.gate_statistics import GateStatistics as GateStatistics
    from charlm.inside.memory.gate_statistics import measure_gates as measure_gates
    from charlm.inside.memory.influence import Influence as Influence
    from charlm.inside.memory.influence import measure_influence as measure_influence
    from charlm.inside.memory.influence import measure_profile as measure_profile
    from charlm.inside.memory.memory import Memory as Memory
    from charlm.inside.memory.memory import measure_memory as measure_memory
    from charlm.inside.neighbours import Neighbours as Neighbours
    from charlm.inside.neighbours import find_neighbours as find_neighbours
    from charlm.inside.silencing.silencing import Silencing as Silencing
    from charlm.inside.silencing.silencing import silence as silence
    from charlm.inside.through_time.clipping import Clipping as Clipping
    from charlm.inside.through_time.clipping import clip_steps as clip_steps
    from charlm.inside.through_time.decay import LinearUnits as LinearUnits
    from charlm.inside.through_time.decay import follow_linear as follow_linear
    from charlm.inside.through_time.gradients import Gradients as Gradients
    from charlm.inside.through_time.gradients import measure_gradients as measure_gradients
    from charlm.inside.through_time.subjects import Subject as Subject
    from charlm.inside.through_time.subjects import before_and_after as before_and_after
    from charlm.inside.through_time.truncation import Truncation as Truncation
    from charlm.inside.through_time.truncation import truncate as truncate
    from charlm.inside.traces import Trace as Trace
    from charlm.inside.traces import trace as trace
    from charlm.inside.units.clamping import Clampings as Clampings
    from charlm.inside.units.clamping import clamp_units as clamp_units
    from charlm.inside.units.findings import UnitSearch as UnitSearch
    from charlm.inside.units.search import find_units as find_units
    from charlm.inside.units.stretches import StretchSearch as StretchSearch
    from charlm.inside.units.stretches import find_stretches as find_stretches

HOMES = {
    "Agreement": "agreement.agreement",
    "CellSteps": "by_hand.cell_steps",
    "CellWeights": "by_hand.cell_weights",
    "Clampings": "units.clamping",
    "Clipping": "through_time.clipping",
    "ContextCurve": "memory.context_curves",
    "Disagreement": "disagreement",
    "DistanceProfile": "memory.distance_profiles",
    "GateStatistics": "memory.gate_statistics",
    "Gradients": "through_time.gradients",
    "Influence": "memory.influence",
    "LinearUnits": "through_time.decay",
    "Memory": "memory.memory",
    "Neighbours": "neighbours",
    "Neuron": "by_hand.recurrences",
    "Pair": "agreement.minimal_pairs",
    "Recurrences": "by_hand.recurrences",
    "Shapes": "by_hand.shapes",
    "Silencing": "silencing.silencing",
    "StackSizes": "by_hand.shapes",
    "StretchSearch": "units.stretches",
    "Subject": "through_time.subjects",
    "Trace": "traces",
    "Truncation": "through_time.truncation",
    "UnitSearch": "units.findings",
    "agree": "agreement.agreement",
    "before_and_after": "through_time.subjects",
    "clamp_units": "units.clamping",
    "clip_steps": "through_time.clipping",
    "compare": "disagreement",
    "compare_recurrences": "by_hand.recurrences",
    "cut_context": "memory.context_curves",
    "draw_weights": "by_hand.cell_weights",
    "find_neighbours": "neighbours",
    "find_stretches": "units.stretches",
    "find_units": "units.search",
    "follow_linear": "through_time.decay",
    "list_tensors": "by_hand.shapes",
    "list_torch_shapes": "by_hand.torch_cells",
    "make_classic": "by_hand.cell_weights",
    "make_pairs": "agreement.minimal_pairs",
    "measure_gates": "memory.gate_statistics",
    "measure_gradients": "through_time.gradients",
    "measure_influence": "memory.influence",
    "measure_memory": "memory.memory",
    "measure_profile": "memory.influence",
    "plot_curves": "memory.context_curves",
    "read_weights": "by_hand.cell_weights",
    "run_torch_cell": "by_hand.torch_cells",
    "silence": "silencing.silencing",
    "step": "by_hand.cell_steps",
    "trace": "traces",
    "truncate": "through_time.truncation",
}
"""The module of each public name; it is imported when the name is first used."""

__all__ = [
    "Agreement",
    "CellSteps",
    "CellWeights",
    "Clampings",
    "Clipping",
    "ContextCurve",
    "Disagreement",
    "DistanceProfile",
    "GateStatistics",
    "Gradients",
    "Influence",
    "LinearUnits",
    "Memory",
    "Neighbours",
    "Neuron",
    "Pair",
    "Recurrences",
    "Shapes",
    "Silencing",
    "StackSizes",
    "StretchSearch",
    "Subject",
    "Trace",
    "Truncation",
    "UnitSearch",
    "agree",
    "before_and_after",
    "clamp_units",
    "clip_steps",
    "compare",
    "compare_recurrences",
    "cut_context",
    "draw_weights",
    "find_neighbours",
    "find_stretches",
    "find_units",
    "follow_linear",
    "list_tensors",
    "list_torch_shapes",
    "make_classic",
    "make_pairs",
    "measure_gates",
    "measure_gradients",
    "measure_influence",
    "measure_memory",
    "measure_profile",
    "plot_curves",
    "read_weights",
    "run_torch_cell",
    "silence",
    "step",
    "trace",
    "truncate",
]

__getattr__, __dir__ = import_on_first_use("charlm.inside", HOMES)
