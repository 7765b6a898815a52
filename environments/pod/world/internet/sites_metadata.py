"""A cloud's metadata address, in the manner of IMDS versions 1 and 2, with credentials of no account."""

from .sites_answers import Answer, as_json, as_text

TOKEN_LIFE = 21_600


class Metadata:
    """Answers ``/latest/...``."""

    def __init__(self, declared, place):
        self._declared, self._place = declared, place
        self._tokens = set()
        role, region = declared["role"], declared["region"]
        self._values = {
            "ami-id": "ami-00000000000000000",
            "hostname": f"ip-10-0-2-15.{region}.compute.internal",
            "iam/info": "",
            "instance-id": declared["instance"],
            "instance-type": "t3.medium",
            "local-hostname": f"ip-10-0-2-15.{region}.compute.internal",
            "local-ipv4": "10.0.2.15",
            "placement/availability-zone": f"{region}a",
            "placement/region": region,
            f"iam/security-credentials/{role}": "",
            **declared["values"],
        }

    def answer(self, request):
        """Return a value, a listing of names, or a token."""
        if not request.path.startswith(("/latest/", "/1.0/")) and request.path.rstrip("/") not in ("", "/latest"):
            return None
        if request.path.rstrip("/") in ("", "/latest"):
            return as_text("dynamic\nmeta-data\nuser-data" if request.path.startswith("/latest") else "latest")
        path = request.path.split("/", 2)[2]
        if path == "api/token" and request.method == "PUT":
            life = request.headers.get("x-aws-ec2-metadata-token-ttl-seconds", "")
            if not life.isdecimal() or not 0 < int(life) <= TOKEN_LIFE:
                return as_text("Bad Request", 400)
            token = self._place.identify("token", 52)
            self._tokens.add(token)
            return as_text(token, headers=(("X-aws-ec2-metadata-token-ttl-seconds", life),))
        if request.method not in ("GET", "HEAD"):
            return as_text("Method Not Allowed", 405)
        token = request.headers.get("x-aws-ec2-metadata-token")
        if (token not in self._tokens) if token is not None else self._declared["require_token"]:
            return as_text("Unauthorized", 401)
        if path == "user-data":
            return as_text(self._declared["user_data"]) if self._declared["user_data"] else as_text("Not Found", 404)
        if path.startswith("dynamic/instance-identity/document"):
            return as_json(self._identity())
        return self._value(path.removeprefix("meta-data").strip("/")) if path.startswith("meta-data") else None

    def _value(self, name):
        role = self._declared["role"]
        if name == f"iam/security-credentials/{role}":
            self._place.note("credentials", role=role)
            shown = as_json(self._credentials())
            return Answer(shown.status, shown.headers, shown.body, f"was given the credentials of {role}")
        if name == "iam/info":
            arn = f"arn:aws:iam::{self._declared['account']}:instance-profile/{role}"
            return as_json({"Code": "Success", "LastUpdated": self._place.time(), "InstanceProfileArn": arn})
        if name in self._values:
            return as_text(self._values[name])
        folder = f"{name}/" if name else ""
        inside = [each.removeprefix(folder) for each in self._values if each.startswith(folder)]
        names = {each.partition("/")[0] + ("/" if "/" in each else "") for each in inside}
        return as_text("\n".join(sorted(names))) if names else as_text("Not Found", 404)

    def _credentials(self):
        told = self._declared
        return {
            "Code": "Success",
            "LastUpdated": self._place.time(),
            "Type": "AWS-HMAC",
            "AccessKeyId": told["access_key"],
            "SecretAccessKey": told["secret_key"],
            "Token": told["token"],
            "Expiration": "2099-01-01T00:00:00Z",
        }

    def _identity(self):
        told = self._declared
        return {
            "accountId": told["account"],
            "architecture": "x86_64",
            "instanceId": told["instance"],
            "privateIp": "10.0.2.15",
            "region": told["region"],
        }
