"""What is told once is kept nowhere, whatever a client asks for."""

from api_rig import ApiRig

from models.user import Role


def test_an_answer_with_a_secret_is_not_kept_for_a_repetition(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    asked = [
        ("/api/users", {"name": "zhang", "role": "viewer"}),
        ("/api/users/zhang/password", None),
        ("/api/tokens", {"name": "bot", "scopes": ["land"]}),
    ]
    secrets = []
    for number, (path, body) in enumerate(asked):
        headers = {"idempotency-key": f"key-{number:08d}"}
        answer = admin.post(path, json=body, headers=headers).json()
        secrets.append(answer.get("one_time_password") or answer["text"])
        again = admin.post(path, json=body, headers=headers)
        assert secrets[-1] not in again.text
    folder = api.context.settings.data_dir
    stored = b"".join(file.read_bytes() for file in folder.glob("firewatch.db*"))
    assert b"zhang" in stored
    assert not [secret for secret in secrets if secret.encode() in stored]
