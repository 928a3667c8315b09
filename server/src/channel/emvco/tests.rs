mod bank;
mod codes;
mod vectors;
