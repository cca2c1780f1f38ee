"""Examples of each command."""

EXAMPLES = {
    "serve": [
        "vitrina serve",
        "vitrina serve --api-token-file token  # POST /api/v1/recommendations, GET /api/v1/runs",
    ],
    "worker": [
        "vitrina worker",
        "vitrina worker --database postgresql+psycopg://vitrina@db.example/vitrina --slots 2",
        "vitrina worker --label gpu  # takes trainings with worker_label=gpu, too",
        "vitrina worker --store s3://shop/vitrina  # with VITRINA_DATABASE",
    ],
    "workers": ["vitrina workers list"],
    "workers list": ["vitrina workers list --json"],
    "workers drain": ["vitrina workers drain gpu-1"],
    "user": ["vitrina user list"],
    "user add": [
        "vitrina user add ana --role train",
        "vitrina user add ines --role administer --password-file password.txt",
    ],
    "user list": ["vitrina user list --json"],
    "user remove": ["vitrina user remove ana"],
    "user password": ["vitrina user password ana"],
    "user role": ["vitrina user role ana administer"],
    "demo": ["vitrina demo", "vitrina demo --buyers 500 --seed 1 --out shop.csv"],
    "sample": ["vitrina sample complete-journey"],
    "import": [
        "vitrina import 2019-Nov.csv.gz --name november  # or JSON, Parquet, a workbook",
        "vitrina import --name november"
        " kaggle:mkechinov/ecommerce-behavior-data-from-multi-category-store/2019-Nov.csv",
        "vitrina import log.csv --name shop --products items.csv --buyers users.csv",
        "vitrina import log.csv --name shop --map user=Customer,item=SKU,time=When",
        "vitrina import december.csv --name shop --append",
        "vitrina import till.csv --name till --guests 0,Walk-in  # buyers who are not known",
    ],
    "datasets": ["vitrina datasets --json"],
    "attributes": ["vitrina attributes shop --products items.csv"],
    "stats": ["vitrina stats november"],
    "train": [
        "vitrina train november --preset fast",
        "vitrina train november --set network=lstm --set epochs=20 --detach",
        "vitrina train november --set history_types=view,cart,purchase --set target_types=purchase"
        " --set moment=session",
    ],
    "search": [
        "vitrina search november --try learning_rate=0.001..0.01 --try width=64..256 --trials 20"
    ],
    "backtest": ["vitrina backtest november --cuts 4 --preset fast"],
    "runs": ["vitrina runs"],
    "show": ["vitrina show november-1 --json"],
    "stop": ["vitrina stop november-1"],
    "resume": ["vitrina resume november-1"],
    "delete": ["vitrina delete november-1"],
    "archive": ["vitrina archive november-1"],
    "report": ["vitrina report run november-1"],
    "report dataset": ["vitrina report dataset november"],
    "report run": ["vitrina report run november-1 --language es --out first.html"],
    "report compare": ["vitrina report compare november-1 november-2"],
    "report model": ["vitrina report model november --placement home-page"],
    "backup": ["vitrina backup ../vitrina.tar.gz"],
    "restore": ["vitrina restore ../vitrina.tar.gz --home ../restored"],
    "verify": ["vitrina verify"],
    "move": [
        "vitrina move --to-database postgresql+psycopg://vitrina@db.example/vitrina"
        " --to-store s3://shop/vitrina",
        "vitrina move --to-database postgresql+psycopg://vitrina@db.example/vitrina"
        " --to-home /mnt/vitrina",
    ],
    "model": ["vitrina model list"],
    "model promote": ["vitrina model promote november-2"],
    "model rollback": ["vitrina model rollback november"],
    "model withdraw": ["vitrina model withdraw november"],
    "model compare": ["vitrina model compare november-2"],
    "model schedule": ["vitrina model schedule november --growth 0.1 --days 30 --warm"],
    "model check": ["vitrina model check november --json"],
    "model list": ["vitrina model list --json"],
    "model history": ["vitrina model history november"],
    "placement": ["vitrina placement list"],
    "placement list": ["vitrina placement list november --json"],
    "placement show": ["vitrina placement show november home-page --history"],
    "placement set": [
        "vitrina placement set november home-page --rule max_per_brand=2 --rule recent_days=30",
        "vitrina placement set november checkout --rules rules.json",
    ],
    "placement effect": ["vitrina placement effect november home-page --run november-2"],
    "placement remove": ["vitrina placement remove november checkout"],
    "mcp": ["vitrina mcp  # an assistant starts it"],
    "mlflow": [
        "vitrina mlflow november-1 --tracking-uri http://127.0.0.1:5000",
        "vitrina mlflow november-1 november-2 --experiment shop  # MLFLOW_TRACKING_URI is set",
    ],
    "notify": ["vitrina notify list"],
    "notify test": ["vitrina notify test  # to the addresses in VITRINA_NOTIFY"],
    "notify list": ["vitrina notify list --json"],
    "evaluate": ["vitrina evaluate november-1", "vitrina evaluate november-1 --exclude-seen"],
    "recommend": [
        "vitrina recommend november-1 --user 541312140 -k 5",
        "vitrina recommend november-1 --history 1004856,view:1004767  # no type: bought",
        "vitrina recommend november-1 --user 541312140 --at 2019-11-20  # from the events before",
        "vitrina recommend films-1 --history 242,302 --buyer age=25 --buyer sex=F",
        "vitrina recommend --dataset november --user 541312140  # by its model in service",
        "vitrina recommend november-1 --placement home-page --user 541312140  # under its rules",
    ],
    "export": [
        "vitrina export november-1 --out november-1  # then: python november-1/example.py 1004856"
    ],
    "score": ["vitrina score november-1 --out lists.parquet -k 20  # .csv as well"],
}
