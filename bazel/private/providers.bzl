"""What the rules hand to each other, and to rules of others."""

OciasmLayersInfo = provider(
    doc = "Layers of an image, lowest first.",
    fields = {
        "layers": "list of struct(layer, metadata, listing, kind, title, wheels): three files, what the image calls the layer, and the sha256 of its wheels; or None",
        "dates": "list of RFC 3339 dates of what is in the layers, which decide how old the image is",
    },
)

OciasmWheelInfo = provider(
    doc = "One layer for each wheel of a target and its dependencies.",
    fields = {
        "layers": "depset of struct(wheel, layer, metadata, listing): files",
    },
)

OciasmImageInfo = provider(
    doc = "An image, or an index of images.",
    fields = {
        "layout": "directory in OCI layout",
        "digest": "file with the digest",
    },
)
