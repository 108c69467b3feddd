"""The 80 object classes of COCO and the everyday words that name them.

Our own table, from general knowledge: CHAIR's published list is not copied here; `evaluate chair --synonyms FILE` reads
it where numbers must match those of that very list. Ignores how a text is read (`chair`).
"""

from __future__ import annotations

OBJECTS = """
person: man, woman, boy, girl, child, kid, baby, infant, toddler, adult, teenager, people, guy, lady, gentleman, human,
 pedestrian, player, rider, skier, snowboarder, skateboarder, skater, surfer, swimmer, cyclist, biker, motorcyclist,
 driver, passenger, chef, cook, baker, waiter, waitress, worker, farmer, officer, policeman, policewoman, cop,
 firefighter, soldier, student, teacher, doctor, nurse, customer, shopper, tourist, traveler, bride, groom, mother,
 father, mom, dad, sister, brother, son, daughter, male, female, batter, pitcher, catcher, umpire, athlete, cowboy
bicycle: bike, tricycle, unicycle
car: automobile, van, minivan, sedan, suv, taxi, cab, taxicab, jeep, limousine, limo, hatchback, convertible, coupe
motorcycle: motorbike, motor bike, motor cycle, scooter, moped
airplane: plane, air plane, aeroplane, jet, jetliner, airliner, aircraft, biplane, seaplane
bus: minibus, trolley
train: locomotive, tram, caboose
truck: pickup, lorry, firetruck
boat: ship, sailboat, canoe, kayak, yacht, ferry, motorboat, speedboat, rowboat, vessel, raft, dinghy, barge, tugboat,
 gondola, houseboat, watercraft
traffic light: traffic signal, stoplight, stop light, streetlight, street light
fire hydrant: hydrant
stop sign:
parking meter:
bench: pew
bird: duck, goose, seagull, gull, pigeon, dove, parrot, owl, eagle, hawk, swan, crow, sparrow, peacock, rooster,
 ostrich, flamingo, pelican, heron, robin, penguin, turkey, parakeet, woodpecker, hummingbird, cockatoo
cat: kitten, feline, kitty
dog: puppy, pup, doggy, hound, terrier, poodle, bulldog, retriever, labrador, spaniel, greyhound, corgi, pug, canine
horse: pony, foal, stallion, mare, colt
sheep: lamb, ram, goat, ewe
cow: cattle, calf, bull, ox, heifer, buffalo, bison
elephant:
bear: panda
zebra:
giraffe:
backpack: knapsack, rucksack
umbrella: parasol
handbag: purse, wallet, briefcase
tie: necktie, bow tie, bow
suitcase: suit case, luggage
frisbee:
skis: ski
snowboard:
sports ball: ball
kite:
baseball bat:
baseball glove:
skateboard:
surfboard: longboard
tennis racket: racket, tennis racquet, racquet
bottle:
wine glass: wineglass
cup:
fork:
knife: pocketknife
spoon:
bowl: container
banana:
apple:
sandwich: burger, hamburger, cheeseburger, sub
orange:
broccoli:
carrot:
hot dog: hotdog
pizza:
donut: doughnut, bagel
cake: cupcake, cheesecake, pancake
chair: seat, stool, armchair
couch: sofa, loveseat, recliner, futon, settee
potted plant: houseplant
bed:
dining table: table, desk
toilet: urinal, commode, potty
tv: television, monitor
laptop: computer, notebook, laptop computer
mouse:
remote:
keyboard:
cell phone: phone, cellphone, mobile phone, smartphone, telephone, iphone
microwave:
oven: stove, stovetop, stove top, stove top oven
toaster:
sink:
refrigerator: fridge, freezer
book:
clock:
vase:
scissors:
teddy bear: teddybear, teddy
hair drier: hair dryer, hairdryer, blow dryer
toothbrush:
"""
# Words before an animal, or before a vehicle, that would else be read as a person: "baby elephant", "passenger train".
ANIMALS = ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "animal", "cub")
VEHICLES = ("jet", "train")
QUALIFIED = {f"{word} {noun}": noun for word in ("baby", "adult") for noun in ANIMALS} | {
    f"passenger {noun}": noun for noun in VEHICLES
}
NO_OBJECT = ("home plate", "train track")  # pairs whose words alone would name an object
TOILET_SEAT = "toilet seat"


def synonyms() -> dict[str, str]:
    """Class by word or phrase, all singular and in lower case."""
    return _inverted(row.split(":") for row in OBJECTS.replace(",\n", ",").strip().splitlines())


def synonyms_of(text: str) -> dict[str, str]:
    """The same from CHAIR's own file: a class a line, its words after it, with commas."""
    return _inverted((row.split(",")[0], row) for row in text.lower().splitlines() if row.strip())


def _inverted(rows) -> dict[str, str]:
    found = {}
    for name, words in rows:
        found |= {word.strip(): name.strip() for word in words.split(",") if word.strip()} | {
            name.strip(): name.strip()
        }
    return found
