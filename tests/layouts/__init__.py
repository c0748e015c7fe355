"""Section pages of many layouts, made from gold articles, with what segmentation must find."""
