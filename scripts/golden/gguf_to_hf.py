"""GGUF (llama architecture, any quantisation gguf-py can dequantise) -> Hugging Face folder, through gguf-py and
safetensors: an implementation of its own to hold policy/gguf_weights.cpp against."""
import json

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

WHOLE = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
         "output.weight": "lm_head.weight"}
IN_LAYER = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "ffn_down": "mlp.down_proj",
            "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "attn_q": "self_attn.q_proj",
            "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj"}


def unpermute(w, heads):
    """Inverse of convert_hf_to_gguf's LlamaModel.permute."""
    return w.reshape(heads, w.shape[0] // heads // 2, 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def read_weights(reader, heads, kv_heads):
    weights = {}
    for tensor in reader.tensors:
        w = dequantize(tensor.data, tensor.tensor_type).astype(np.float32).reshape([int(n) for n in tensor.shape[::-1]])
        name = WHOLE.get(tensor.name)
        if name is None:
            _, layer, part, _ = tensor.name.split(".")
            name = f"model.layers.{layer}.{IN_LAYER[part]}.weight"
            if part in ("attn_q", "attn_k"):
                w = unpermute(w, heads if part == "attn_q" else kv_heads)
        weights[name] = torch.from_numpy(np.ascontiguousarray(w))
    return weights


def make_tokenizer(field, folder):
    tokens, merges, types = (field("tokenizer.ggml." + name) for name in ("tokens", "merges", "token_type"))
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=[tuple(m.split(" ")) for m in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, kind in zip(tokens, types) if kind == 3])
    tokenizer.save(f"{folder}/tokenizer.json")
    with open(f"{folder}/tokenizer_config.json", "w") as out:
        json.dump(dict(tokenizer_class="PreTrainedTokenizerFast", eos_token=tokens[field("tokenizer.ggml.eos_token_id")],
                       clean_up_tokenization_spaces=False, chat_template=field("tokenizer.chat_template")), out)
    return len(tokens)


def convert(path, folder):
    """Writes an fp32 folder and returns its weights by Hugging Face name."""
    reader = GGUFReader(path)

    def field(key):
        return reader.fields[key].contents()

    heads, kv_heads = field("llama.attention.head_count"), field("llama.attention.head_count_kv")
    weights = read_weights(reader, heads, kv_heads)
    vocab_size = make_tokenizer(field, folder)
    save_file(weights, f"{folder}/model.safetensors", metadata={"format": "pt"})
    config = dict(
        architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=field("llama.embedding_length"),
        num_hidden_layers=field("llama.block_count"), num_attention_heads=heads, num_key_value_heads=kv_heads,
        intermediate_size=field("llama.feed_forward_length"), vocab_size=vocab_size,
        max_position_embeddings=field("llama.context_length"),
        rms_norm_eps=round(float(field("llama.attention.layer_norm_rms_epsilon")), 8),
        rope_theta=float(field("llama.rope.freq_base")), hidden_act="silu", torch_dtype="float32",
        tie_word_embeddings="lm_head.weight" not in weights, bos_token_id=field("tokenizer.ggml.bos_token_id"),
        eos_token_id=field("tokenizer.ggml.eos_token_id"), pad_token_id=field("tokenizer.ggml.padding_token_id"))
    with open(f"{folder}/config.json", "w") as out:
        json.dump(config, out, indent=1)
    return weights
