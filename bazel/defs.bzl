"""Images of Python applications, layer by layer. See README.md."""

load("//private:files.bzl", _ociasm_files = "ociasm_files")
load("//private:image.bzl", _ociasm_image = "ociasm_image")
load("//private:image_index.bzl", _ociasm_image_index = "ociasm_image_index")
load("//private:layer_group.bzl", _ociasm_layer_group = "ociasm_layer_group")
load(
    "//private:providers.bzl",
    _OciasmImageInfo = "OciasmImageInfo",
    _OciasmLayersInfo = "OciasmLayersInfo",
)
load("//private:publish.bzl", _ociasm_load = "ociasm_load", _ociasm_push = "ociasm_push")
load("//private:toolchain.bzl", _ociasm_toolchain = "ociasm_toolchain")
load("//private:wheel_layers.bzl", _ociasm_wheel_layers = "ociasm_wheel_layers")

OciasmImageInfo = _OciasmImageInfo
OciasmLayersInfo = _OciasmLayersInfo
ociasm_files = _ociasm_files
ociasm_image = _ociasm_image
ociasm_image_index = _ociasm_image_index
ociasm_layer_group = _ociasm_layer_group
ociasm_load = _ociasm_load
ociasm_push = _ociasm_push
ociasm_toolchain = _ociasm_toolchain
ociasm_wheel_layers = _ociasm_wheel_layers
