#!/usr/bin/env python3
"""Makes the signatures on which implementations of ed25519 differ, as SSHSIG of a message.

  ed25519_edge_cases.py DIRECTORY NAMESPACE <MESSAGE

Writes NAME.pub and NAME.sig for each case. The kinds are those of Chalkias, Garillot and Nikolaenko, "Taming the
many EdDSAs" (2020): keys and nonces of small and of mixed order, S beyond the group's order, encodings that are
not canonical. RFC 8032 gives the arithmetic; here it is written to be read, not to be fast or safe.
"""
import base64
import hashlib
import struct
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def multiply(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


def point_at(y, sign):
    """The point with this y and this sign of x, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (P - x if x % 2 != sign else x) % P, y


def encode(point):
    return (point[1] | (point[0] % 2) << 255).to_bytes(32, "little")


BASE = point_at(4 * pow(5, -1, P) % P, 0)
IDENTITY = (0, 1)
# A point whose multiple by L has order 8: the generator of the small subgroup.
SMALL = next(t for t in (multiply(L, p) for p in (point_at(y, 0) for y in range(2, 99)) if p)
             if multiply(4, t) != IDENTITY)
OFF_CURVE = next(y for y in range(2, 99) if point_at(y, 0) is None).to_bytes(32, "little")
NOT_CANONICAL_IDENTITY = (P + 1).to_bytes(32, "little")
NEGATIVE_ZERO = (1 | 1 << 255).to_bytes(32, "little")


def secret(text):
    return int.from_bytes(hashlib.sha512(text.encode()).digest(), "little") % L


def string(value):
    return struct.pack(">I", len(value)) + value


class Message:
    def __init__(self, namespace, content):
        self.namespace = namespace.encode()
        self.signed = b"SSHSIG" + string(self.namespace) + string(b"") + string(b"sha512") \
            + string(hashlib.sha512(content).digest())

    def h(self, r, a):
        """The number that binds nonce, key and message (RFC 8032, 5.1.6, step 4), reduced as implementations do."""
        return int.from_bytes(hashlib.sha512(r + a + self.signed).digest(), "little") % L

    def sshsig(self, a, r, s):
        signature = r + s.to_bytes(32, "little")
        return b"SSHSIG" + struct.pack(">I", 1) + string(key_blob(a)) + string(self.namespace) + string(b"") \
            + string(b"sha512") + string(string(b"ssh-ed25519") + string(signature))


def key_blob(a):
    return string(b"ssh-ed25519") + string(a)


def signed(message, a, key, extra_nonce=IDENTITY, wanted=lambda h: True):
    """A signature by `key` for the encoded key a; of the nonces, the first whose h is wanted. extra_nonce is added to R."""
    n = 0
    while True:
        nonce = secret(f"nonce {n}")
        r = encode(add(multiply(nonce, BASE), extra_nonce))
        h = message.h(r, a)
        if wanted(h):
            return a, r, (nonce + h * key) % L
        n += 1


def cases(message):
    key = secret("key")
    a = encode(multiply(key, BASE))
    mixed = encode(add(multiply(key, BASE), SMALL))
    small = encode(SMALL)
    usual = signed(message, a, key)

    yield "usual", usual
    # A of small order, R too, S = 0
    torsion = [multiply(i, SMALL) for i in range(8)]
    yield "small_key_small_nonce", next(
        (encode(k), encode(r), 0) for k in torsion[1:] for r in torsion
        if add(r, multiply(message.h(encode(r), encode(k)), k)) == IDENTITY)
    # A of small order: anybody's S fits
    yield "small_key", signed(message, small, 0, wanted=lambda h: h % 8 == 0)
    yield "identity_key", signed(message, encode(IDENTITY), 0)
    # R of small order
    yield "small_nonce", (a, encode(IDENTITY), message.h(encode(IDENTITY), a) * key % L)
    # A of mixed order: right by the equation as it stands, and right only if multiplied by 8
    yield "mixed_key", signed(message, mixed, key, wanted=lambda h: h % 8 == 0)
    yield "mixed_key_cofactor", signed(message, mixed, key, wanted=lambda h: h % 8 != 0)
    yield "mixed_nonce_cofactor", signed(message, a, key, extra_nonce=SMALL)
    # S beyond the group's order
    yield "large_s", (usual[0], usual[1], usual[2] + L)
    yield "larger_s", (usual[0], usual[1], usual[2] + (2**256 - 1 - usual[2]) // L * L)
    # encodings that are not canonical
    yield "key_not_canonical", signed(message, NOT_CANONICAL_IDENTITY, 0)
    yield "key_negative_zero", signed(message, NEGATIVE_ZERO, 0)
    yield "nonce_not_canonical", (a, NOT_CANONICAL_IDENTITY, message.h(NOT_CANONICAL_IDENTITY, a) * key % L)
    yield "nonce_negative_zero", (a, NEGATIVE_ZERO, message.h(NEGATIVE_ZERO, a) * key % L)
    yield "key_off_curve", signed(message, OFF_CURVE, 0)


def main(directory, namespace):
    message = Message(namespace, sys.stdin.buffer.read())
    for name, (a, r, s) in cases(message):
        armour = base64.encodebytes(message.sshsig(a, r, s)).decode()
        with open(f"{directory}/{name}.sig", "w", encoding="ascii") as file:
            file.write(f"-----BEGIN SSH SIGNATURE-----\n{armour}-----END SSH SIGNATURE-----\n")
        with open(f"{directory}/{name}.pub", "w", encoding="ascii") as file:
            file.write(f"ssh-ed25519 {base64.b64encode(key_blob(a)).decode()}\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
