"""Tickets about failing services, as customers and employees word them, and spam."""

from __future__ import annotations

from analytics.demo.topic import Topic

# The last one stands for every service that the others do not name.
OUTAGE_TOPICS = (
    Topic(
        category="access", subcategory="outage", team="Security", weight=1.0, urgency=3,
        services=("Larkfield ID",),
        subjects=("Cannot sign in anywhere", "Sign-in down?", "Larkfield ID not working"),
        descriptions=(
            "Sign-in fails for me and everybody around me.",
            "The sign-in page answers with {code} and nothing more.",
            "I cannot get into my account, the page keeps turning.",
            "Is the sign-in down? I have tried on phone and laptop.",
            "My password is right, but the page says service not available.",
            "Thrown out of everything ten minutes ago and cannot get back in.",
            "Signing in hangs, then: something went wrong, {code}.",
            "Nobody I asked can sign in at the moment.",
        ),
        resolutions=(
            "Sign-in service was down and is back; sign-in confirmed with the user.",
            "Solved with the incident on Larkfield ID.",
        ),
    ),
    Topic(
        category="billing", subcategory="outage", team="Billing", weight=1.0, urgency=3,
        services=("Payment gateway", "Checkout"),
        subjects=("Cannot pay", "Payment fails", "Checkout does not work", "Card refused"),
        descriptions=(
            "I cannot pay, the last step shows {code}.",
            "Every card is refused, my bank says it is on your side.",
            "The checkout turns and turns and then my basket is empty.",
            "Tried to buy {product} four times, payment fails each time.",
            "Was I charged? The page broke off while paying.",
            "Pay button does nothing.",
            "Your checkout is down and the offer ends tonight.",
        ),
        resolutions=(
            "Payments work again; the failed tries were not charged.",
            "Solved with the incident on the checkout; offer price kept.",
        ),
    ),
    Topic(
        category="network", subcategory="outage", team="Network", weight=1.0, urgency=3,
        services=("LarkVPN", "Edge network"),
        subjects=("VPN down", "Nothing reachable", "No connection from home"),
        descriptions=(
            "LarkVPN does not connect for anybody in our team.",
            "All pages of Larkfield time out, other sites are fine.",
            "Connection broke off at once, and no one from home gets back in.",
            "Gateway does not answer, {code}.",
            "Your whole site does not load for me.",
            "Everything is terribly slow or does not answer at all.",
        ),
        resolutions=(
            "Network incident solved, connection confirmed.",
            "Solved with the incident.",
        ),
    ),
    Topic(
        category="hardware", subcategory="outage", team="Workplace", weight=1.0, urgency=2,
        services=("Till", "FollowPrint"),
        subjects=("{service} down", "All tills offline", "{service} does not respond"),
        descriptions=(
            "{service} does not respond in {site}.",
            "We cannot use {service} since this morning, queues are long.",
            "{service} shows {code} on every device.",
            "Nothing comes through {service}, restarting changed nothing.",
            "I was sent home from your shop because {service} was down.",
            "Three of us report the same: {service} is dead.",
        ),
        resolutions=(
            "{service} is back after the incident.",
            "Solved with the incident on {service}.",
        ),
    ),
    Topic(
        category="software", subcategory="outage", team="Applications", weight=1.0, urgency=2,
        subjects=("{service} not working", "{service} very slow", "Error in {service}"),
        descriptions=(
            "{service} gives {code} whatever I do.",
            "{service} is so slow that I gave up.",
            "Since a while ago {service} shows an empty page.",
            "Is something wrong with {service}? It worked an hour ago.",
            "{service} breaks off with {code}.",
            "I get time-outs from {service} on every device.",
            "Half of the time {service} does not answer.",
        ),
        resolutions=(
            "{service} recovered; works for the user.",
            "Solved with the incident on {service}.",
            "Cause removed by the team, no further errors.",
        ),
    ),
)  # fmt: skip

SPAM_TOPIC = Topic(
    category="other", subcategory="spam", team="Service Desk", weight=1.0, urgency=0,
    subjects=(
        "Your parcel is waiting", "Grow your sales now", "Invoice overdue, act today",
        "You have won", "Partnership proposal", "Cheap office chairs",
    ),
    descriptions=(
        "Dear Sir, we make banners of the best quality at a very low price.",
        "Your mailbox will be closed today. Confirm at the address below.",
        "We have seen your website and can bring it to the first place in all searches.",
        "You are our winner of {amount}. Send your account details to receive it.",
        "Kindly find attached the overdue invoice over {amount}.",
        "Loans without questions, up to {amount}, money within {days} hours.",
        "Our factory offers chairs, tables and lamps for your offices.",
    ),
    resolutions=("Closed as spam.",),
)  # fmt: skip

# Slots that are the same for every topic.
APPS = ("Orderdesk", "Peoplehub", "Buyline", "Data Desk", "SharePoint", "RoomBoard")
ROOMS = (
    "room Aire 2", "room Calder 1", "room Wharfe 4", "room Maas 3", "room Delfshaven",
    "room Douro", "room Ribeira 2", "room Kirkgate",
)  # fmt: skip
DRIVES = (
    "S:\\Finance", "S:\\Marketing", "S:\\Retail\\Leeds", "S:\\Supply", "S:\\Projects\\Autumn",
    "S:\\HR\\Forms", "S:\\Retail\\Porto", "S:\\Design",
)  # fmt: skip
SITES = ("Leeds", "Rotterdam", "Porto", "Leeds", "Rotterdam", "Leeds")
CODES_BY_SUBCATEGORY = {
    "vpn": ("LV-1102",),
    "orderdesk": ("OD-500", "OD-504"),
    "windows update": ("0x80070070", "0x80070643"),
    "mail delivery": ("5.1.1", "5.7.1", "5.2.2"),
}
CODES = ("error 500", "error 502", "error 503", "error 1000", "error 1001", "E-17", "E-42")

EMPLOYEE_OPENERS = (
    "", "", "", "Hello. ", "Hi! ", "Good morning. ", "Hi team. ", "Hello service desk. ",
)  # fmt: skip
CUSTOMER_OPENERS = ("", "", "", "Hello. ", "Hi! ", "Dear team. ", "Good evening. ", "Hi there! ")
EMPLOYEE_CONTEXTS = (
    "", "", "", " I work in {site} today.", " My laptop is {asset}.", " Restarted twice already.",
    " I have a customer waiting.", " It is the same for {colleague}.", " No rush.",
    " I work from home this week.", " Started on Monday.", " I need this before noon.",
)  # fmt: skip
CUSTOMER_CONTEXTS = (
    "", "", "", " I am waiting since Monday.", " I have written before.",
    " This is the second time.", " I am a customer of many years.", " Please call me back.",
    " Please answer by e-mail.", " Nobody answered the phone.", " Your chat sent me here.",
    " I tried the help page first.",
)  # fmt: skip
CLOSERS = ("", "", "", " Thanks.", " Thank you!", " Please help.", " Regards", " Many thanks")
