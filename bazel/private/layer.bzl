"""The action that makes one layer."""

load(":run.bzl", "params", "run_ociasm")

COMPRESSIONS = ["gzip", "zstd", "none"]

_SUFFIXES = {"gzip": ".tar.gz", "none": ".tar", "zstd": ".tar.zst"}

def make_layer(ctx, name, compression, inputs, members, message):
    """Declares the files of a layer and the action that makes them.

    Args:
      ctx: of a rule or an aspect with the toolchain
      name: path below the package
      compression: one of COMPRESSIONS
      inputs: files
      members: parameters of `ociasm layer` but outputs and compression
      message: what is shown meanwhile
    Returns:
      struct(layer, metadata, listing)
    """
    layer = ctx.actions.declare_file(name + _SUFFIXES[compression])
    metadata = ctx.actions.declare_file(name + ".json")
    listing = ctx.actions.declare_file(name + ".listing.json")
    outputs = {"layer": layer, "metadata": metadata, "listing": listing}
    run_ociasm(
        ctx,
        verb = "layer",
        arguments = [params(ctx, dict(members, compression = compression, outputs = outputs))],
        inputs = inputs,
        outputs = [layer, metadata, listing],
        mnemonic = "OciasmLayer",
        message = message,
    )
    return struct(layer = layer, metadata = metadata, listing = listing)

def named_layer(made, kind = None, title = None, wheels = None):
    """As OciasmLayersInfo has it."""
    return struct(
        layer = made.layer,
        metadata = made.metadata,
        listing = made.listing,
        kind = kind,
        title = title,
        wheels = wheels,
    )
