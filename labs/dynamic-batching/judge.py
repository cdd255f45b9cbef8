from graders.outcome import Outcome
from graders import checks
def judge(samples):
    print({k:v for k,v in samples.items() if k not in("blocks","orders")})
    import numpy as np
    for k,bs in samples.get("blocks",{}).items():
        lat=[l for b in bs for l in b["latencies"]]; print(k, "rps", np.median([len(b["latencies"])/b["seconds"] for b in bs]), "p50", np.percentile(lat,50), "p99", np.percentile(lat,99), "mean size", np.mean([s for b in bs for s in b["sizes"]]))
    return Outcome(checks=[checks.holds("x",True,"y")])
