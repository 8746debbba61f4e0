"""Participant: sre-harness as it ships, with a model that plays the transcript."""

import json
import sys
import time

sys.path.insert(0, sys.argv[1] + "/src")

from sre_harness import Action, Guardrails, Harness, ToolRegistry, ToolSpec, Tracer  # noqa: E402

with open(sys.argv[2], encoding="utf-8") as file:
    transcript = json.load(file)
turns = transcript["turns"]
INCIDENTS = 300


class Model:
    def __init__(self):
        self.turn = 0

    def decide(self, context, catalog):
        turn = self.turn
        self.turn += 1
        if turn == len(turns):
            return Action(final=transcript["final"])
        return Action(tool=turns[turn]["tool"], args=turns[turn]["input"])


def incident():
    answers = iter([turn["output"] for turn in turns])
    registry = ToolRegistry()
    names = {turn["tool"] for turn in turns}
    for name in names:
        registry.register(ToolSpec(name, "Reads.", lambda **args: next(answers)))
    guardrails = Guardrails(allowed_tools=names)
    result = Harness(model=Model(), registry=registry, guardrails=guardrails, tracer=Tracer()).run(transcript["task"])
    assert result.verified


def measured():
    started = time.thread_time_ns()
    for _ in range(INCIDENTS):
        incident()
    return {"turn": (time.thread_time_ns() - started) / 1000 / INCIDENTS / (len(turns) + 1)}


measured()
print("ready", flush=True)
for _ in sys.stdin:
    print(json.dumps(measured()), flush=True)
