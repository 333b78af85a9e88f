"""Hand-written names and places that the people of the demo are put together from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePool:
    """First and last names usual in one language."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    last: tuple[str, ...]


NAMES = {
    "en": NamePool(
        female=(
            "Alice", "Amelia", "Beth", "Charlotte", "Daisy", "Eleanor", "Emily", "Erin", "Freya",
            "Grace", "Hannah", "Holly", "Imogen", "Isla", "Jane", "Keira", "Lucy", "Megan",
            "Niamh", "Olivia", "Priya", "Rosie", "Sadia", "Zoe",
        ),
        male=(
            "Adam", "Aidan", "Alfie", "Arjun", "Ben", "Callum", "Conor", "Daniel", "Edward",
            "Finn", "George", "Harry", "Imran", "Jack", "James", "Liam", "Noah", "Oliver",
            "Owen", "Patrick", "Rhys", "Sam", "Thomas", "William",
        ),
        last=(
            "Adams", "Ahmed", "Bailey", "Barker", "Bennett", "Brennan", "Byrne", "Carter",
            "Chapman", "Clarke", "Davies", "Doyle", "Edwards", "Ellis", "Fletcher", "Foster",
            "Gallagher", "Graham", "Harris", "Holmes", "Hughes", "Hussain", "Kelly", "Lawson",
            "Marsh", "Mitchell", "Murphy", "Nolan", "Palmer", "Patel", "Quinn", "Reid",
            "Roberts", "Shah", "Shaw", "Sutton", "Taylor", "Walsh", "Webb", "Wright",
        ),
    ),
    "nl": NamePool(
        female=(
            "Anouk", "Bente", "Emma", "Femke", "Fleur", "Iris", "Julia", "Lieke", "Lotte",
            "Marit", "Noor", "Roos", "Sanne", "Sofie", "Tess", "Yara",
        ),
        male=(
            "Bas", "Bram", "Daan", "Gijs", "Jasper", "Jeroen", "Joost", "Lars", "Luuk", "Maarten",
            "Milan", "Ruben", "Sander", "Stijn", "Thijs", "Wouter",
        ),
        last=(
            "Bakker", "Bos", "Brouwer", "de Boer", "de Groot", "de Vries", "Dekker", "Dijkstra",
            "Hendriks", "Jacobs", "Janssen", "Kok", "Kuiper", "Maes", "Meijer", "Mulder",
            "Peeters", "Smits", "van Dam", "van den Berg", "Verhoeven", "Vermeulen", "Visser",
            "Willems",
        ),
    ),
    "pt": NamePool(
        female=(
            "Ana", "Beatriz", "Carolina", "Catarina", "Inês", "Joana", "Leonor", "Mafalda",
            "Margarida", "Mariana", "Rita", "Sara", "Sofia", "Teresa",
        ),
        male=(
            "André", "António", "Diogo", "Duarte", "Filipe", "Gonçalo", "Hugo", "João", "Miguel",
            "Nuno", "Pedro", "Rui", "Tiago", "Vasco",
        ),
        last=(
            "Almeida", "Barbosa", "Cardoso", "Carvalho", "Costa", "Cunha", "Ferreira", "Fonseca",
            "Gomes", "Lopes", "Magalhães", "Matos", "Moreira", "Neves", "Oliveira", "Pereira",
            "Pinto", "Ribeiro", "Rocha", "Santos", "Silva", "Tavares",
        ),
    ),
    "de": NamePool(
        female=(
            "Anja", "Antonia", "Clara", "Franziska", "Greta", "Hanna", "Jule", "Katrin", "Lena",
            "Leonie", "Mia", "Nele", "Paula", "Sabine",
        ),
        male=(
            "Anton", "Benedikt", "Emil", "Felix", "Florian", "Jonas", "Karl", "Lukas", "Matthias",
            "Moritz", "Niklas", "Philipp", "Stefan", "Tobias",
        ),
        last=(
            "Albrecht", "Bauer", "Becker", "Fischer", "Hartmann", "Hoffmann", "Keller", "Klein",
            "Koch", "König", "Krause", "Lang", "Lehmann", "Maier", "Neumann", "Richter",
            "Schäfer", "Schmidt", "Schneider", "Vogel", "Wagner", "Weber", "Winter", "Wolf",
        ),
    ),
    "fr": NamePool(
        female=(
            "Amélie", "Camille", "Céline", "Chloé", "Élise", "Inès", "Juliette", "Laure", "Léa",
            "Louise", "Manon", "Margaux", "Marie", "Nathalie",
        ),
        male=(
            "Antoine", "Arthur", "Baptiste", "Clément", "Étienne", "Gabriel", "Hugues", "Julien",
            "Louis", "Lucas", "Mathieu", "Nicolas", "Olivier", "Rémi",
        ),
        last=(
            "Bernard", "Blanc", "Bonnet", "Chevalier", "David", "Dubois", "Durand", "Fontaine",
            "Garnier", "Girard", "Lambert", "Laurent", "Leroy", "Marchand", "Martin", "Mercier",
            "Moreau", "Petit", "Renard", "Rousseau", "Simon", "Vidal",
        ),
    ),
    "es": NamePool(
        female=(
            "Alba", "Andrea", "Carmen", "Elena", "Irene", "Laura", "Lucía", "Marta", "Nerea",
            "Nuria", "Paula", "Pilar", "Raquel", "Silvia",
        ),
        male=(
            "Álvaro", "Andrés", "Carlos", "Diego", "Iker", "Javier", "Jorge", "Luis", "Manuel",
            "Mario", "Pablo", "Raúl", "Sergio", "Víctor",
        ),
        last=(
            "Alonso", "Blanco", "Castro", "Delgado", "Díaz", "Fernández", "García", "Gil",
            "Iglesias", "Jiménez", "López", "Marín", "Molina", "Moreno", "Navarro", "Ortega",
            "Pérez", "Ramos", "Romero", "Ruiz", "Serrano", "Vega",
        ),
    ),
}  # fmt: skip

# City, country, region of that country, language of names, relative number of customers.
PLACES = (
    ("Leeds", "United Kingdom", "North", "en", 6.0),
    ("Manchester", "United Kingdom", "North", "en", 5.0),
    ("Newcastle", "United Kingdom", "North", "en", 2.0),
    ("Glasgow", "United Kingdom", "North", "en", 2.5),
    ("London", "United Kingdom", "South", "en", 8.0),
    ("Southampton", "United Kingdom", "South", "en", 2.0),
    ("Brighton", "United Kingdom", "South", "en", 1.8),
    ("Norwich", "United Kingdom", "East", "en", 1.6),
    ("Cambridge", "United Kingdom", "East", "en", 2.2),
    ("Bristol", "United Kingdom", "West", "en", 3.2),
    ("Cardiff", "United Kingdom", "West", "en", 2.0),
    ("Dublin", "Ireland", "East", "en", 3.0),
    ("Cork", "Ireland", "South", "en", 1.0),
    ("Galway", "Ireland", "West", "en", 0.8),
    ("Groningen", "Netherlands", "North", "nl", 1.6),
    ("Eindhoven", "Netherlands", "South", "nl", 2.2),
    ("Enschede", "Netherlands", "East", "nl", 1.2),
    ("Rotterdam", "Netherlands", "West", "nl", 4.5),
    ("Amsterdam", "Netherlands", "West", "nl", 4.0),
    ("Antwerp", "Belgium", "North", "nl", 2.2),
    ("Liège", "Belgium", "East", "fr", 1.0),
    ("Ghent", "Belgium", "West", "nl", 1.6),
    ("Porto", "Portugal", "North", "pt", 4.5),
    ("Braga", "Portugal", "North", "pt", 1.4),
    ("Lisbon", "Portugal", "West", "pt", 3.6),
    ("Faro", "Portugal", "South", "pt", 1.2),
    ("Évora", "Portugal", "East", "pt", 0.6),
    ("Hamburg", "Germany", "North", "de", 2.6),
    ("Munich", "Germany", "South", "de", 3.0),
    ("Berlin", "Germany", "East", "de", 3.2),
    ("Leipzig", "Germany", "East", "de", 1.6),
    ("Cologne", "Germany", "West", "de", 2.4),
    ("Lille", "France", "North", "fr", 1.6),
    ("Marseille", "France", "South", "fr", 2.0),
    ("Strasbourg", "France", "East", "fr", 1.2),
    ("Nantes", "France", "West", "fr", 1.4),
    ("Bilbao", "Spain", "North", "es", 1.2),
    ("Málaga", "Spain", "South", "es", 1.6),
    ("Valencia", "Spain", "East", "es", 1.8),
    ("Salamanca", "Spain", "West", "es", 0.7),
)

AGENTS = {
    "Service Desk": (
        "Amira Nasser", "Ben Holroyd", "Chloe Armitage", "Dinis Prata", "Esra Yilmaz",
        "Gareth Lunn", "Hetty Oakes", "Joris Blom",
    ),
    "Network": ("Anneke Prins", "Farid Karimi", "Ivo Teles", "Morag Sinclair"),
    "Workplace": ("Carla Vieira", "Dev Malhotra", "Jonas Rietveld", "Kath Bramley", "Piet Zwart"),
    "Applications": ("Elif Demir", "Marcus Oyelaran", "Rosa Quintas", "Sietse Hoekstra", "Una Fay"),
    "Security": ("Helena Brandão", "Idris Vaughan", "Mila Novak"),
    "Billing": ("Agnes Tully", "Bruno Sequeira", "Lotta Ekman", "Winston Achebe"),
}  # fmt: skip


def mail_word(name: str) -> str:
    """Write a name as it stands in an e-mail address: ASCII, lower case, no spaces."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return plain.lower().replace(" ", "")
