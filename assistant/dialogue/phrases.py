"""How people say that something failed, is done, or was meant otherwise.

Every pattern reads one normalised line in which contractions are written out ("did not").
"""

from __future__ import annotations

import re

NOT = r"(?:(?:do|does|did|is|was|has|have|are|were|could|would|will|am|should) not|cannot|never)"
_SUBJECT = (
    r"(?:that|this|it|they|these|those|none(?: of (?:it|that|them|those|these))?|neither|nothing|"
    r"both|all of (?:it|that|them)|the (?:first|second|last|other|above)(?: one| thing)?|"
    r"(?:the|your|those|these|that) (?:\w+ )?(?:steps?|fix|solution|method|article|answer|"
    r"suggestions?|advice|instructions?|option|way)|(?:method|option|solution) \w+)"
)
_FAILS = (
    rf"(?:{NOT} (?:\w+ )?(?:work\w*|help\w*|fix\w*|solve\w*|change\w*|do (?:it|anything|the "
    r"trick)|make|made|enough|any good|successful|the (?:problem|issue|case|solution)|it|right|"
    r"possible)|fail(?:s|ed)?|made (?:no|it worse)|makes (?:no|it worse)|(?:is|was|were|are) "
    r"(?:no (?:good|use|help)|useless|wrong|to no avail))"
)
ANAPHORIC = re.compile(
    rf"\b{_SUBJECT} (?:(?:all|also|really|just|unfortunately|sadly|either|still|simply) )*{_FAILS}"
    r"|\bnothing (?:of that |of it )?(?:worked|works|helped|helps|changed|happened|happens)"
    r"|\bnone (?:of \w+ )?(?:worked|works|helped|helps)"
    r"|\balready (?:tried|done|did) (?:that|this|it|all|those|these|both|everything)\b"
    r"|\btried (?:that|this|it|all of|those|these|both|everything)\b"
    r"|^(?:tried|did|done) (?:that|this|it|all(?: of (?:that|it))?|those|these|everything)\b.*\b"
    r"(?:still|but|no|not|already)\b"
    r"|^(?:(?:but|and|no|nope|sorry|hm+|well|ok|okay|unfortunately)[,.]? )*"
    r"(?:(?:i|it|i am|it is|it does|we|that is) )?still\b"
    r"|^same (?:problem|issue|error|thing|result|message|story)"
)
"""A failure of what was offered, whatever else is said."""
BARE = re.compile(
    r"\b(?:no (?:luck|joy|dice|success|change|difference|improvement|effect|good)|to no avail|"
    r"same (?:problem|issue|error|thing|result|message|story|as before|again)|"
    r"(?:did|does|has|will) not (?:work|help|fix|solve|change|do)\w*|"
    r"not (?:working|fixed|solved|resolved|helpful|helping|it|yet)|"
    r"problem (?:persists|remains|is still there)|persists|it is back|came back|useless|broken|"
    r"failed|fails|what else|anything else|something else|any(?:thing)? other|any more ideas|"
    r"another (?:way|idea|solution|method|fix|option|suggestion)|"
    r"other (?:ideas?|options?|ways?|methods?|solutions?)|"
    r"(?:the )?next (?:method|option|idea|solution|fix)|plan b|still)\b"
)
"""A failure, where nothing else is said."""
_NO_NEWS = """
    above advice again all already also answer anything article avail back broken change changed
    did does done effect either else error errors everything exact exactly fail failed fails
    first fix fixed gives good happen happened happens help helped helpful helping hmm idea ideas
    improvement instructions issue joy keeps last luck message method methods nope not nothing now
    option options other persists please problem remain remains resolved result same second
    solution solutions solved something sorry step steps still story success suggestion
    suggestions thanks there thing third tried try unfortunately useless way ways well work worked
    working works wrong yet sadly difference dice have has was is no yes another find
    found see such button menu tab setting settings field link entry page window click select
    open get getting that this it cannot can say saying any okay ok look looking
    """
FILLER = frozenset(_NO_NEWS.split())
"""Words that say no more than that something did not help."""
TROUBLE = re.compile(
    rf"\b(?:fail\w*|stuck|{NOT}|no such|there is no|missing|impossible|gr[ae]y(?:ed)?|"
    r"nothing happens|problem|wrong|error|unable|where is|refus\w+|denied|not there|not possible|"
    r"broken)\b"
)
DONE_WORDS = re.compile(
    r"\b(?:done|did|finished|completed|ok|okay|fine|works?|worked|ready|check|ticked|passed)\b"
)
HELPED = re.compile(r"\b(?:helped|fixed|solved|did the trick)\b")
_NAMES = (
    ("1", "one", "first", "1st"),
    ("2", "two", "second", "2nd"),
    ("3", "three", "third", "3rd"),
    ("4", "four", "fourth", "4th"),
    ("5", "five", "fifth", "5th"),
    ("6", "six", "sixth", "6th"),
    ("7", "seven", "seventh", "7th"),
    ("8", "eight", "eighth", "8th"),
    ("9", "nine", "ninth", "9th"),
    ("10", "ten", "tenth", "10th"),
)
NUMBERS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names}
_NUMBER = r"\d{1,2}|" + "|".join(name for name in NUMBERS if name.isalpha())
STEP = re.compile(
    rf"\bsteps? (?:no\.? |number |# ?)?(?P<one>{_NUMBER})\b|"
    rf"\bthe (?P<two>{_NUMBER}|\d(?:st|nd|rd|th)|last) step\b"
)
METHOD = re.compile(
    rf"\b(?:method|option|solution|way) (?P<one>{_NUMBER})\b|"
    rf"\bthe (?P<two>{_NUMBER}|\d(?:st|nd|rd|th)) (?:method|option|solution|way)\b"
)
ORDINAL = re.compile(
    r"^(?:(?:the|number|no\.?|option|choice|button|article|i mean|i meant|i take|take|try|show|"
    r"show me|open|it is|and|what about|how about) )*"
    rf"(?P<which>{_NUMBER}|\d(?:st|nd|rd|th)|last)(?: (?:one|option|choice|article|please))*$"
)
NEXT = re.compile(
    r"^(?:(?:ok|okay|yes|yep|yeah|right|good|great|cool|thanks|and|so|then|done|alright)[,.!]? )*"
    r"(?:next(?: step| one)?|continue|go on|go ahead|proceed|carry on|and (?:then|now|next)|"
    r"now what|what(?: is)? (?:next|now|then)|then(?: what)?|done(?: (?:that|it|this))?|"
    r"(?:i )?did (?:all )?(?:it|that|this|of (?:it|that|this))|got it|finished|ready|check|ticked|"
    r"completed|all done|"
    r"i have (?:done|did) (?:it|that|this)|that is done|"
    r"skip(?: (?:it|this|that|this step|that step))?|"
    r"(?:that|it|this)(?: step)? (?:worked|went (?:well|fine|ok)))(?: please| thanks)?$"
)
FINISHED = re.compile(r"\b(?:done|did|finished|completed|ready|ticked)\b")
YES = re.compile(
    r"^(?:yes|yep|yeah|yup|ok|okay|k|sure|right|good|fine|it did|it does|"
    r"yes[, ]+it (?:did|does|works))$"
)
NO = re.compile(
    r"^(?:no|nope|nah|not really|not yet|no[, ]+it (?:did|does) not|unfortunately not|sadly not|"
    r"not at all|it (?:did|does) not|afraid not)$"
)
START = re.compile(
    r"\b(?:step by step|one by one|one at a time|walk me through|guide me|go through (?:it|them|"
    r"the steps|this|that)|one step at a time)\b|^(?:start|begin|let us (?:start|go|begin)|"
    r"start over|from the (?:start|beginning|top)|first step)$"
)
BACK = re.compile(
    r"^(?:please )?(?:go back|back|(?:the )?previous(?: step| one)?|step back|one (?:step )?back|"
    r"back (?:one|a step|up)|go (?:one|a) (?:step )?back|undo)(?: (?:one|a)(?: step)?)?"
    r"(?: please)?$"
)
AGAIN = re.compile(
    r"^(?:(?:say|show|repeat) (?:that|it|this|the step)(?: again)?|repeat|again|once more|"
    r"what was (?:that|it|the step)(?: again)?)$"
)
WHY = re.compile(
    r"^(?:(?:but|and|so|ok|okay|hm+)[, ]+)*(?:why(?: (?:is (?:that|this|it)|that|so|this|not|"
    r"(?:does|did|would) (?:that|this|it) (?:happen\w*|occur)|do (?:you|i) (?:say|think|need) "
    r"(?:that|so|this|to)|should (?:that|this|it) (?:help|work)))?|how come|"
    r"what(?: is)? (?:the )?(?:cause|reason)(?: (?:of|for) (?:that|this|it))?|"
    r"what (?:causes|caused) (?:that|this|it)|where (?:does|did) (?:that|this|it|you) "
    r"(?:come from|get (?:that|this|it)(?: from)?)|(?:what is )?(?:your|the) source|says who|"
    r"how do you know(?: that)?|are you sure(?: about (?:that|this|it))?)$"
)
SOLVED = re.compile(
    r"\b(?:(?:it|that|this|everything|all)(?: is| has| now| all| finally)* (?:works|working|fixed|"
    r"solved|resolved|helped|sorted)|(?:that|this|it|step \w+) (?:did (?:it|the trick|help)|"
    r"worked|fixed (?:it|that)|solved (?:it|that)|helped|was it)|works (?:now|again|fine)|"
    r"working (?:now|again)|problem (?:is )?(?:solved|gone|fixed)|all good|sorted|solved|fixed|"
    r"back to normal|(?:yes|yep)[, ]+(?:it )?(?:works|helped|solved|fixed))\b"
)
PLAIN_FAILURES = (
    *(
        f"{subject}{verb} {what}"
        for subject in ("that ", "it ", "this ", "")
        for verb in ("did not", "didn't", "does not", "doesn't")
        for what in ("work", "help")
    ),
    *("no luck", "same problem"),
    *("still not working", "still does not work", "still doesn't work"),
)
"""How failures are mostly told; what is a slip of the pen away from one of them tells one."""
UNSOLVED = re.compile(rf"\b(?:{NOT}|not|but|still|if|how|what|when|no)\b")
RELIEF = frozenset(
    ("again", "cheers", "finally", "gone", "great", "normal", "perfect", "sorted", "trick", "yes")
)
OPENER = re.compile(
    r"^(?:no|nope|sorry|oops|actually|wait|hang on|hold on|correction|oh)\b[,.:;! -]+\w|"
    r"\bi (?:mean|meant)\b|^not (?:the |on |in |my )?\w+(?: \w+)?,? (?:but )?\w+|"
    r", not (?:the |on |in |my )?\w+(?: \w+)?$"
)
MEANT = re.compile(r"^.*?\bi (?:mean|meant)\b[,: ]*")
CORRECTION = re.compile(
    r"^(?:(?:no|nope|sorry|oops|actually|wait|hang on|hold on|correction|hm+|oh)[,.:;! -]+)*"
    r"(?:(?:i was talking about|it is (?:about )?|rather)[,:]? ?)?(?P<rest>.*)$"
)
NO_CORRECTION = re.compile(
    r"^(?:(?:no|sorry|actually|oh)[,.! ]+)*(?:thanks?|thank you|ticket|need|problem|worries|idea|"
    r"one|way|how|what|where|when|who|which|can|could|do|does|is there|please|never mind|"
    r"nevermind|i (?:do not|want|need|have|would|will|am|can)|it (?:is|does|did) not|not (?:a|"
    r"yet|now|really))\b"
)
CONTRACTIONS = (
    (re.compile(r"\b(?:can'?t|can not)\b"), "cannot"),
    (re.compile(r"\bwon'?t\b"), "will not"),
    (
        re.compile(r"\b(do|does|did|is|was|has|have|had|are|were|could|would|should)n'?t\b"),
        r"\1 not",
    ),
    (re.compile(r"\b(it|that|there|what|where)'?s\b"), r"\1 is"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\b(i|we|they)'ve\b"), r"\1 have"),
    (re.compile(r"\blet's\b"), "let us"),
)
ASKS = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|thanks|and|so|also)[,.!]? )*(?:how|what|where|when|which|who|why|"
    r"can|could|do|does|is|are|may|should|will|my|our|i (?:need|want|cannot|have|would))\b"
)
LEANS = re.compile(r"^(?:and |but |also |now |so )*(?:it|this|that|they|still|now)\b")
HUMAN = re.compile(
    r"\b(?:tickets?|human|agent|person|somebody|someone|colleague|service desk|helpdesk|support|"
    r"call me|escalate|case)\b"
)
"""What the desk is asked for; never a step's failure."""
