"""Addresses of the server beside its pages and the HTTP interface, and environment variables."""

ADDRESSES = {
    "/health": "`GET`: the state of server and worker as JSON; needs no password.",
    "/help": "The documentation in the reader's language; `?page=judging` opens a page of it.",
    "/help/": "The documentation.",
    "/help/<path:place>": "A page of the documentation.",
    "/login": "The page to sign in, where there are users or a password.",
    "/logout": "`POST`: signs out.",
    "/take/bundle/<run>.zip": "The bundle of a run; `?placement=home-page` with its rules.",
    "/take/lists/<job>": "The ranked lists that a job has written.",
    "/take/rejects/<dataset>.csv": "The rejected rows of a dataset, with file, line and reason.",
    "/take/record/<run>.zip": "The archive of a run: its row, metrics and files.",
    "/take/report/comparison.html": "The report of the runs in `?runs=demo-1,demo-2`.",
    "/take/report/dataset/<name>.html": "The report of a dataset.",
    "/take/report/model/<name>.html": "The report of the model in service of a dataset;"
    " `?placement=home-page` of a placement.",
    "/take/report/run/<name>.html": "The report of a run.",
    "/upload": "The pieces of a file that the page Data uploads.",
}
ENVIRONMENT = {
    "VITRINA_HOME": "The folder that holds the state; `--home` goes before it.",
    "VITRINA_DATABASE": "The database with the table of runs, as `--database`.",
    "VITRINA_STORE": "The object store with datasets and models, as `--store`.",
    "VITRINA_ENGINE": "Where runs execute, as `vitrina worker --engine`; also of the worker that a"
    " web server keeps.",
    "VITRINA_NODE": "The name of this machine among the workers, instead of that of its host.",
    "VITRINA_CACHE_LIMIT": "How much a home that is a cache of a store may hold, such as `20GB`.",
    "VITRINA_PASSWORD": "One password for everybody, beside the users of the home.",
    "VITRINA_API_TOKEN": "The token that the HTTP interface asks for; turns the interface on.",
}
