"""What one may say about a kind without looking: two remarks each, which follow from the noun alone.

A language model can predict them from its own earlier words. They name no kind, colour, count or place of the world.
"""

from __future__ import annotations

from .kinds import KINDS

_ROWS = """
cow: give milk, eat grass; pig: love mud, have a curly tail; chicken: lay eggs, have feathers;
tractor: pull heavy loads, work in the fields; rabbit: have long ears, hop very fast; duck: swim well, quack loudly;
dog: bark loudly, love to play; carrot: grow in the ground, taste sweet; pizza: taste best warm, come from Italy;
burger: make a quick lunch, taste best with sauce; cup: hold a warm drink, have a handle;
loaf of bread: smell fresh, come from the baker; piece of cheese: smell strong, come from milk;
cake: taste sweet, have candles; donut: have a hole, taste very sweet; teapot: hold hot tea, have a spout;
apple: taste fresh, keep the doctor away; banana: have a thick peel, taste sweet;
bunch of grapes: make good wine, taste sweet; strawberry: taste like summer, go well with cream;
watermelon: have many seeds, hold a lot of water; pineapple: have a rough skin, come from the tropics;
car: drive on the road, have an engine; bus: carry many people, stop at every station;
bicycle: have pedals, need no fuel; traffic light: tell drivers when to stop, change every minute;
house: have a roof, keep people warm; train: run on rails, carry many people;
umbrella: keep the rain off, keep the sun off; boat: float on the water, sail with the wind;
crab: walk sideways, have sharp claws; fish: swim in the sea, breathe under water;
palm tree: grow in warm places, have long leaves; turtle: carry a shell, walk slowly;
octopus: have eight arms, squirt ink; fox: have a bushy tail, look very clever; owl: hunt at night, have huge eyes;
tree: have many leaves, give shade; mushroom: grow in the shade, like wet weather; frog: jump far, catch flies;
flower: smell sweet, need the sun; butterfly: fly gently, have thin wings; lion: roar loudly, hunt in the grass;
elephant: have a long trunk, never forget; giraffe: have a long neck, eat from high branches;
zebra: have stripes, run in herds; monkey: climb well, love to play; laptop: have a keyboard, need a charger;
book: tell a story, have many pages; clock: tell the time, tick all day; couch: look very soft, invite to rest;
camera: take photos, have a lens; cat: purr softly, sleep all day; lamp: give light, need electricity;
teddy bear: feel soft, love a hug; ball: bounce high, roll away easily; balloon: float in the air, pop easily;
gift: hold a surprise, come with a ribbon; robot: follow orders, never sleep; drum: make a loud noise, keep the beat;
guitar: have strings, make music; rocket: fly into space, burn a lot of fuel
"""

REMARKS: dict[str, tuple[str, ...]] = {
    kind.strip(): tuple(remark.strip() for remark in remarks.split(","))
    for kind, remarks in (row.split(":") for row in _ROWS.split(";"))
}
assert REMARKS.keys() == KINDS.keys()


def inflected(remark: str, plural: bool) -> str:
    """ "give milk": as it is for several, "gives milk" for one."""
    if plural:
        return remark
    first, *rest = remark.split(" ")
    if first == "never":
        return " ".join([first, inflected(rest[0], False), *rest[1:]])
    return " ".join([_third(first), *rest])


def _third(verb: str) -> str:
    """The third person singular of a verb."""
    if verb == "have":
        return "has"
    if verb.endswith(("sh", "ch", "o", "s", "x")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"
